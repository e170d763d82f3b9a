// SPDX-License-Identifier: MIT
#include "lab/workload/null_work.h"

namespace assay::workload {
namespace {

class NullArm final : public PreparedArm {
 public:
  Result<void> run(std::int64_t times) override {
    for (std::int64_t i = 0; i < times; ++i)
      asm volatile("");  // Else the loop disappears.
    calls_ += times;
    return {};
  }
  spec::Factors observed() const override { return {}; }
  spec::Factors mechanism() const override { return {{"kernel", std::string("none")}}; }
  Work work() const override { return {}; }
  Result<Verdict> verify() override {
    const std::int64_t before = calls_;
    ASSAY_TRY_VOID(run(1));
    return Verdict{.correct = calls_ == before + 1, .method = "one call counted"};
  }

 private:
  std::int64_t calls_ = 0;
};

}  // namespace

WorkloadDefinition null_workload() {
  WorkloadDefinition definition;
  definition.entry.name = "null_work";
  definition.entry.about = "Does nothing: the cost of the instrument itself.";
  definition.prepare = [](const spec::Factors&, Bench&) -> Result<Preparation> {
    return Preparation(std::make_unique<NullArm>());
  };
  return definition;
}

}  // namespace assay::workload
