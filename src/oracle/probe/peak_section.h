// SPDX-License-Identifier: MIT
// What arithmetic can do at most: multiply-adds in registers, per instruction set, type and number
// of threads. The best of f32 is the ceiling of every compute curve. The clock comes with it: one
// dependent operation a cycle.
#pragma once

#include <deque>

#include "engine/kernels/cpu/fma_loop.h"
#include "oracle/probe/section.h"

namespace assay::probe {

class PeakSection final : public Section {
 public:
  explicit PeakSection(std::span<const int> thread_counts);

  std::vector<Timed*> timed() override;
  void fill(const Method& how, oracle::HardwareProfile& profile) const override;
  /// The loop of f32 that our kernels can use on so many threads. Checked: there is one.
  const Timed& ceiling(int threads) const;

 private:
  struct Peak {
    kernels::FmaLoop loop;  // Without one: the widest that the build dispatches to.
    Timed timed;
  };
  std::deque<Peak> peaks_;
  std::deque<Timed> ceilings_;
  Timed clock_;
};

}  // namespace assay::probe
