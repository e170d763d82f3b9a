// SPDX-License-Identifier: MIT
#include "oracle/model/coefficients.h"

#include <algorithm>

#include "core/nearest.h"

namespace assay::oracle {
namespace {

constexpr std::string_view kScatterName = "scatter";

std::vector<CoefficientDefinition> make_list() {
  const Coefficients priors;
  std::vector<CoefficientDefinition> list{
      {"run_ns", "ns", "added to every run", priors.run_ns, 0, 1e9},
      {"kernel_ns", "ns", "added to every kernel", priors.kernel_ns, 0, 1e7},
      {"overlap", "1", "how well arithmetic and memory overlap", priors.overlap, 1, 32}};
  for (int i = 0; i < kKernelClassCount; ++i) {
    const auto kind = static_cast<KernelClass>(i);
    const std::string name(to_text(kind));
    list.push_back(
        {"compute." + name, "1", "times what the arithmetic of this class takes", 1, 0.1, 50});
    list.push_back(
        {"memory." + name, "1", "times what the memory of this class takes", 1, 0.1, 50});
  }
  return list;
}

}  // namespace

const std::vector<CoefficientDefinition>& coefficient_list() {
  static const std::vector<CoefficientDefinition> list = make_list();
  return list;
}

std::vector<double> values_of(const Coefficients& coefficients) {
  std::vector<double> values{coefficients.run_ns, coefficients.kernel_ns, coefficients.overlap};
  for (const Coefficients::OfClass& one : coefficients.classes) {
    values.push_back(one.compute);
    values.push_back(one.memory);
  }
  return values;
}

Coefficients coefficients_of(std::span<const double> values) {
  ASSAY_CHECK_EQ(values.size(), coefficient_list().size(), "every coefficient has a value");
  Coefficients coefficients;
  coefficients.run_ns = values[0];
  coefficients.kernel_ns = values[1];
  coefficients.overlap = values[2];
  for (std::size_t i = 0; i < coefficients.classes.size(); ++i) {
    coefficients.classes[i] = {.compute = values[3 + 2 * i], .memory = values[4 + 2 * i]};
  }
  return coefficients;
}

Result<Coefficients> coefficients_of(const HardwareProfile& profile) {
  if (!profile.calibration) return Coefficients();
  const Calibration& fit = *profile.calibration;
  if (fit.model != kModelName) return Coefficients();
  std::vector<double> values = values_of(Coefficients());
  std::vector<std::string> names;
  for (const CoefficientDefinition& definition : coefficient_list()) {
    names.push_back(definition.name);
  }
  double scatter = kScatterWithoutFit;
  for (const Coefficient& fitted : fit.coefficients) {
    if (fitted.name == kScatterName) {
      scatter = fitted.value;
      continue;
    }
    const auto found = std::ranges::find(names, fitted.name);
    if (found == names.end()) {
      return Error::user("{}: {}", profile.file, unknown_name("coefficient", fitted.name, names));
    }
    values[static_cast<std::size_t>(found - names.begin())] = fitted.value;
  }
  Coefficients coefficients = coefficients_of(values);
  coefficients.scatter = scatter;
  coefficients.is_fitted = true;
  return coefficients;
}

}  // namespace assay::oracle
