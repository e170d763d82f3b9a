// SPDX-License-Identifier: MIT
// What a step costs besides its work: "clock" (reading it), "barrier" (a parallel region that does
// nothing: threads that are sent off and waited for), "dispatch" (one more op of a prepared plan),
// "run" (a plan, whatever is in it).
#pragma once

#include <deque>
#include <memory>

#include "engine/backend/device.h"
#include "engine/tensor/host_tensor.h"
#include "oracle/probe/section.h"

namespace assay::probe {

class OverheadSection final : public Section {
 public:
  static Result<OverheadSection> create(std::span<const int> thread_counts);

  std::vector<Timed*> timed() override;
  void fill(const Method& how, oracle::HardwareProfile& profile) const override;

 private:
  /// A chain of ops on a few numbers, short and long: the difference is ops alone.
  struct Chain {
    std::unique_ptr<backend::Executable> executable;
    tensor::HostTensor x, y;
    std::int64_t steps = 0;
    Timed timed;
  };
  struct Chains {
    Chain few, many;
  };
  static Result<void> make_chain(backend::Device& device, std::int64_t ops, int threads,
                                 Chain& chain);

  Timed clock_;
  std::deque<Timed> barriers_;
  std::deque<Chains> chains_;
};

}  // namespace assay::probe
