// SPDX-License-Identifier: MIT
#include "engine/conformance/agreement.h"

#include <cmath>

#include "engine/tensor/comparison.h"

namespace assay::conformance {
namespace {

struct Pair {
  std::int64_t index = -1;
  double got = 0;
  double want = 0;
};

std::string describe(const Pair& pair) {
  return format("element {}: {} instead of {}", pair.index, pair.got, pair.want);
}

/// Both not finite in the same way, or both finite.
bool is_same_kind(double got, double want) {
  if (std::isnan(want) || std::isnan(got)) return std::isnan(want) == std::isnan(got);
  return (!std::isinf(want) && !std::isinf(got)) || want == got;
}

}  // namespace

std::optional<std::string> disagreement(const tensor::ConstAnyView& got,
                                        const tensor::ConstAnyView& want,
                                        const Agreement& agreement) {
  if (got.type != want.type) {
    return format("{} instead of {}", to_text(got.type), to_text(want.type));
  }
  const std::int64_t count = *tensor::element_count(want.type.shape);
  Pair worst;
  double error = 0;
  double squares = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const Pair pair{i, load_element(got, i), load_element(want, i)};
    if (!is_same_kind(pair.got, pair.want)) return describe(pair);
    if (!std::isfinite(pair.want)) continue;
    squares += pair.want * pair.want;
    if (std::abs(pair.got - pair.want) <= error) continue;
    error = std::abs(pair.got - pair.want);
    worst = pair;
  }
  if (error == 0) return std::nullopt;
  if (tensor::unit_roundoff(want.type.dtype) == 0) {
    if (error <= agreement.slack) return std::nullopt;
    return describe(worst);
  }
  const double rms = std::sqrt(squares / static_cast<double>(count));
  const tensor::Tolerance tolerance = tensor::tolerance_for(want.type.dtype, agreement.products);
  if (error <= (tolerance.normalised + agreement.slack) * rms) return std::nullopt;
  return format("{}, {:.3g} of the rms {:.3g}; allowed {:.3g}, {}{}", describe(worst), error / rms,
                rms, tolerance.normalised + agreement.slack, tolerance.reason,
                agreement.slack > 0 ? format(", and slack {:.3g}", agreement.slack) : "");
}

}  // namespace assay::conformance
