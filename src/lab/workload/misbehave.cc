// SPDX-License-Identifier: MIT
#include "lab/workload/misbehave.h"

#include <unistd.h>

#include <csignal>
#include <cstring>
#include <new>
#include <stdexcept>
#include <vector>

#include "lab/workload/parameters.h"

namespace assay::workload {
namespace {

constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;

[[noreturn]] void crash() {
  std::signal(SIGSEGV, SIG_DFL);  // A sanitizer's handler would turn the crash into an exit.
  std::raise(SIGSEGV);
  std::abort();
}

[[noreturn]] void hang() {
  while (true)
    pause();
}

/// Touches memory until there is no more, or until `limit_mib`: beyond that the machine's other
/// users would suffer, and the answer is the same.
[[noreturn]] void run_out_of_memory(std::int64_t limit_mib) {
  std::vector<std::unique_ptr<std::byte[]>> held;
  for (std::int64_t mib = 0; mib < limit_mib; mib += 16) {
    held.push_back(std::make_unique<std::byte[]>(static_cast<std::size_t>(16 * kMebibyte)));
    std::memset(held.back().get(), 1, static_cast<std::size_t>(16 * kMebibyte));
  }
  throw std::bad_alloc();
}

/// Bytes that are no message, where a worker's messages are expected.
void write_garbage() {
  constexpr char kGarbage[] = "\x00\xff{\"not\": a message\n\x80\x80";
  for (int i = 0; i < 100; ++i) {
    if (write(STDOUT_FILENO, kGarbage, sizeof kGarbage) < 0) return;
  }
}

void misbehave(const std::string& mode, std::int64_t limit_mib) {
  if (mode == "crash") crash();
  if (mode == "hang") hang();
  if (mode == "throw") throw std::runtime_error("misbehave: thrown on purpose");
  if (mode == "out_of_memory") run_out_of_memory(limit_mib);
  if (mode == "garbage") write_garbage();
}

class MisbehavingArm final : public PreparedArm {
 public:
  MisbehavingArm(std::string mode, std::string at, std::int64_t limit_mib)
      : mode_(std::move(mode)), at_(std::move(at)), limit_mib_(limit_mib) {}

  Result<void> run(std::int64_t times) override {
    if (mode_ == "fail") return Error::environment("misbehave: failed on purpose");
    if (at_ == "run") misbehave(mode_, limit_mib_);
    for (std::int64_t i = 0; i < times; ++i)
      asm volatile("");
    return {};
  }
  spec::Factors observed() const override {
    const std::string mode = mode_ == "not_applied" ? "ok" : mode_;
    return {{"mode", mode}, {"at", at_}, {"memory_max_mib", limit_mib_}};
  }
  spec::Factors mechanism() const override { return {{"kernel", std::string("misbehave")}}; }
  Work work() const override { return {.units = 1}; }
  Result<Verdict> verify() override {
    if (at_ == "verify") misbehave(mode_, limit_mib_);
    const bool is_wrong = mode_ == "wrong";
    return Verdict{
        .correct = !is_wrong, .method = "says so", .error = is_wrong ? 1.0 : 0.0, .tolerance = 0.5};
  }

 private:
  std::string mode_;
  std::string at_;
  std::int64_t limit_mib_;
};

Result<Preparation> prepare_misbehaving(const spec::Factors& asked, Bench&) {
  ASSAY_TRY(const std::string mode, asked.text("mode"));
  ASSAY_TRY(const std::string at, asked.text("at"));
  ASSAY_TRY(const std::int64_t limit_mib, asked.integer("memory_max_mib"));
  if (mode == "unsupported") {
    return Preparation(Unsupported{"misbehave: unsupported on purpose"});
  }
  if (at == "prepare") misbehave(mode, limit_mib);
  return Preparation(std::make_unique<MisbehavingArm>(mode, at, limit_mib));
}

}  // namespace

WorkloadDefinition misbehaving_workload() {
  WorkloadDefinition definition;
  definition.entry.name = "misbehave";
  definition.entry.about =
      "Goes wrong on purpose: tests that one bad trial never ends a sweep. Measures nothing.";
  definition.entry.parameters = {
      choice_parameter("mode", "What goes wrong.",
                       {"ok", "crash", "hang", "wrong", "throw", "fail", "out_of_memory", "garbage",
                        "not_applied", "unsupported"}),
      choice_parameter("at", "When: as the arm runs, is prepared, or is verified.",
                       {"run", "prepare", "verify"}),
      integer_parameter("memory_max_mib", "out_of_memory gives up at this size [MiB].", 1, 8192)};
  definition.prepare = prepare_misbehaving;
  return definition;
}

}  // namespace assay::workload
