// SPDX-License-Identifier: MIT
// Runs a plan, as its compile mode says:
//   none             every result in memory of its own, taken when made and given back after its
//                    last use, as a framework's eager mode does
//   default          one arena for the run; addresses are worked out as the steps come
//   reduce-overhead  arena and addresses are kept from run to run: nothing is allocated, nothing
//   max-autotune     looked up; a run with other argument memory works its addresses out anew
#pragma once

#include "engine/plan/plan.h"
#include "engine/tensor/host_tensor.h"

namespace assay::plan {

class PlannedExecutable : public backend::Executable {
 public:
  /// `owner` keeps the weights alive, and whatever else the kernels refer to.
  static Result<std::unique_ptr<backend::Executable>> create(Plan plan,
                                                             backend::ExecutableFacts facts,
                                                             std::shared_ptr<const void> owner);

  Result<void> run(const backend::RunArguments& arguments) override;
  const backend::Signature& signature() const override { return plan_.signature; }
  const backend::ExecutableFacts& facts() const override { return facts_; }

 private:
  PlannedExecutable(Plan plan, backend::ExecutableFacts facts, std::shared_ptr<const void> owner);
  Result<void> run_eagerly(const backend::RunArguments& arguments);
  Result<void> run_steps();
  void resolve(const backend::RunArguments& arguments, std::byte* arena);
  bool is_resolved_for(const backend::RunArguments& arguments) const;

  std::shared_ptr<const void> owner_;  // Destroyed last.
  Plan plan_;
  backend::ExecutableFacts facts_;
  std::vector<backend::KernelCall> calls_;  // One a step.
  tensor::HostTensor arena_;
  std::vector<const void*> resolved_for_;  // Argument memory in order.
};

}  // namespace assay::plan
