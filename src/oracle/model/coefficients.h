// SPDX-License-Identifier: MIT
// What a fit may change about predictions. All else is counted, calculated from shapes, or a number
// of the profile; the priors are what is predicted without any fit.
//
//   Coefficients fitted = coefficients_of(values);   // In the order of coefficient_list().
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "oracle/hardware/hardware_profile.h"
#include "oracle/model/kernel_class.h"

namespace assay::oracle {

inline constexpr std::string_view kModelName = "kernels/1";

/// The standard deviation of the logarithm of a time, where no fit has said how far predictions
/// are off.
inline constexpr double kScatterWithoutFit = 0.3;

struct Coefficients {
  double run_ns = 0;     ///< Added to every run.
  double kernel_ns = 0;  ///< Added to every kernel, beside the profile's.
  double overlap = 6;    ///< How well arithmetic and memory overlap: the exponent of a sum that is
                         ///< a plain one at 1 and the larger of both at infinity.
  struct OfClass {
    double compute = 1;  ///< Times what arithmetic takes by the profile.
    double memory = 1;   ///< Times what memory takes.
  };
  std::array<OfClass, kKernelClassCount> classes{};
  double scatter = kScatterWithoutFit;  ///< Not in the list: it is what a fit leaves over.
  bool is_fitted = false;
  const OfClass& of(KernelClass kind) const { return classes[static_cast<std::size_t>(kind)]; }
};

struct CoefficientDefinition {
  std::string name;  ///< "compute.product"
  std::string unit;  ///< "ns", "1"
  std::string meaning;
  double prior = 1;
  double low = 0;  ///< Outside of these it is no such machine.
  double high = 0;
};
const std::vector<CoefficientDefinition>& coefficient_list();

/// In the order of the list.
std::vector<double> values_of(const Coefficients& coefficients);
/// Checked: as many as the list has.
Coefficients coefficients_of(std::span<const double> values);

/// Those that a fit of this model has put into a profile, else the priors. A coefficient that the
/// profile does not name has its prior; a name that this model does not have is a user error.
Result<Coefficients> coefficients_of(const HardwareProfile& profile);

}  // namespace assay::oracle
