// SPDX-License-Identifier: MIT
// What share of a ceiling our own kernels reach, from small shapes to large: products and attention
// of the multiply-adds that the machine did in the same round, what moves bytes of a copy of as
// many bytes on as many threads.
#pragma once

#include <compare>
#include <deque>
#include <map>

#include "oracle/probe/peak_section.h"
#include "oracle/probe/section.h"

namespace assay::probe {

class EfficiencySection final : public Section {
 public:
  /// Copies lie in `memory`; both outlive the section. `is_quick`: few shapes.
  static Result<EfficiencySection> create(std::span<const int> thread_counts,
                                          const PeakSection& peaks, std::span<float> memory,
                                          bool is_quick);

  std::vector<Timed*> timed() override;
  void fill(const Method& how, oracle::HardwareProfile& profile) const override;

 private:
  struct Point {
    std::string kernel;
    std::vector<std::string> axes;
    std::vector<std::int64_t> at;
    bool is_compute = false;
    Timed timed;  // Its amount: products or bytes.
  };
  struct CopyKey {
    std::int64_t bytes = 0;
    int threads = 1;
    auto operator<=>(const CopyKey&) const = default;
  };
  void add(Point point, std::span<float> memory);

  const PeakSection* peaks_ = nullptr;
  std::deque<Point> points_;
  std::map<CopyKey, Timed> copies_;
};

}  // namespace assay::probe
