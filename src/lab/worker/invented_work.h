// SPDX-License-Identifier: MIT
// For the tests of worker and runner: a workload that does what its factor `does` says, and the
// other half of a test program, which is its own worker.
//
//   int main(int argc, char** argv) {
//     if (const auto code = serve_if_asked(argc, argv)) return *code;
//     ...run the tests, whose WorkerOptions name /proc/self/exe
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/random.h"
#include "lab/worker/serve.h"
#include "lab/workload/registry.h"

namespace assay::worker {

inline constexpr std::string_view kInventedBuild = "invented";

/// Ends the process as the words say; anything else is done by InventedArm or not at all.
inline void misbehave(const std::string& does) {
  if (does == "crash") raise(SIGSEGV);
  if (does == "kill") raise(SIGKILL);
  if (does == "exit") _exit(7);
  if (does == "throw") throw std::runtime_error("invented trouble");
  if (does == "throw_int") throw 42;
  if (does == "exhaust") throw std::bad_alloc();
  while (does == "hang")
    pause();
  if (does == "print") {
    std::puts("{\"version\":1,\"record\":null}");  // Must not reach the runner.
    std::fflush(stdout);
  }
}

class InventedArm final : public workload::PreparedArm {
 public:
  InventedArm(spec::Factors factors, std::string does)
      : factors_(std::move(factors)), does_(std::move(does)) {}

  Result<void> run(std::int64_t times) override {
    if (++runs_ > 1) misbehave(does_ == "throw_later" ? "throw" : "");
    if (does_ != "throw_later") misbehave(does_);
    if (does_ == "eat_memory") eat_memory();
    if (does_ == "fail") return Error::environment("the invented device is gone");
    const std::int64_t steps = does_ == "work" ? 100'000 : 1;
    for (std::int64_t i = 0; i < steps * times; ++i) {
      state_ = mix_seed(state_, 1);
    }
    return {};
  }
  spec::Factors observed() const override {
    spec::Factors seen = factors_;
    if (does_ == "drop_factor") seen = {};
    if (does_ == "change_factor" || (does_ == "change_later" && runs_ > 1)) {
      seen.set("does", std::string("nothing"));
    }
    seen.set("threads", std::int64_t{1});
    return seen;
  }
  spec::Factors mechanism() const override { return {{"kernel", std::string("mix")}}; }
  workload::Work work() const override { return {.flops = 3, .bytes = 8, .units = 1}; }
  std::vector<std::pair<std::string, Value>> metrics(std::int64_t calls) const override {
    if (does_ != "count") return {};
    return {{"calls", Value::measured(static_cast<double>(calls))},
            {"depth", Value::missing(State::kNotMeasured, "it has none")}};
  }
  Result<workload::Verdict> verify() override {
    return workload::Verdict{does_ != "wrong", "every bit", does_ == "wrong" ? 1.0 : 0.0, 0.5};
  }

 private:
  /// Until there is no more, touching every page.
  void eat_memory() {
    constexpr std::size_t kPiece = std::size_t{8} << 20;
    while (true) {
      eaten_.emplace_back(kPiece, 'x');
    }
  }

  spec::Factors factors_;
  std::string does_;
  std::int64_t runs_ = 0;
  std::uint64_t state_ = 1;
  std::vector<std::string> eaten_;
};

inline Result<workload::Preparation> prepare_invented(const spec::Factors& factors,
                                                      workload::Bench& /*bench*/) {
  const auto does = factors.text("does");
  if (!does) return does.error();
  if (*does == "unsupported") return workload::Preparation(workload::Unsupported{"no such device"});
  if (*does == "skipped") return workload::Preparation(workload::Skipped{"no second node"});
  if (*does == "refuse") return Error::user("does: refused");
  return workload::Preparation(std::make_unique<InventedArm>(factors, *does));
}

inline workload::WorkloadRegistry invented_workloads() {
  workload::WorkloadRegistry registry;
  workload::WorkloadDefinition definition;
  definition.entry.name = "invented";
  definition.entry.about = "Does what it is told.";
  definition.prepare = prepare_invented;
  const auto added = registry.add(std::move(definition));
  ASSAY_CHECK(added.has_value(), "an empty registry takes a workload");
  return registry;
}

/// `PROGRAM worker [how] --in N --out M` serves, or does what no worker should:
/// `mute` ends without a word, `garbage` answers with it, `flood` never ends its line,
/// `deaf` closes its end and stays, `other` says it is another build.
inline std::optional<int> serve_if_asked(int argc, char** argv) {
  const std::vector<std::string> words(argv, argv + argc);
  if (words.size() < 6 || words[1] != "worker") return {};
  const int in = std::atoi(words[words.size() - 3].c_str());
  const int out = std::atoi(words[words.size() - 1].c_str());
  const std::string how = words.size() > 6 ? words[2] : "";
  const auto say = [out](std::string_view text) {
    return ::write(out, text.data(), text.size()) >= 0;
  };
  if (how == "mute") return 5;
  if (how.empty() || how == "other") {
    const std::string build(how.empty() ? kInventedBuild : "another");
    return serve(in, out, invented_workloads(), build).has_value() ? 0 : 1;
  }
  say("{\"version\":1,\"hello\":\"invented\"}\n");
  char byte = 0;
  if (::read(in, &byte, 1) != 1) return 1;  // A trial has come.
  if (how == "garbage") say("what?\n");
  const std::string piece(1 << 16, 'a');
  while (how == "flood" && say(piece)) {
  }
  if (how == "deaf") ::close(out);
  while (true)
    pause();
}

/// This test program, as what a runner starts.
inline std::filesystem::path this_program() {
  return std::filesystem::read_symlink("/proc/self/exe");
}

}  // namespace assay::worker
