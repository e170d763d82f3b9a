// SPDX-License-Identifier: MIT
// How well the rounds so far pin down the comparison: the half-width of the 95 % sign interval of
// the median log-ratio of each arm to the first, taken round by round and widened where
// neighbouring rounds say the same. With a single arm, of the median log-time. In log units, which
// are relative ones where they are small.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace assay::measure {

class PairedWidth {
 public:
  explicit PairedWidth(int arms);

  /// Time of one call of each arm in one round, in nanoseconds.
  void add(std::span<const double> call_times);

  /// Of the arm that is known worst; none where the rounds are worth less than six independent
  /// ones.
  std::optional<double> half_width() const;

  /// The ratio of an arm moved by more than the fraction `smallest` while it was sampled.
  bool is_drifting(double smallest) const;

 private:
  std::vector<std::vector<double>> differences_;  ///< Per compared arm, a value per round.
};

}  // namespace assay::measure
