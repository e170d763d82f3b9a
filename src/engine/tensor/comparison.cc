// SPDX-License-Identifier: MIT
#include "engine/tensor/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::tensor {
namespace {

struct Sums {
  Difference result;
  double squares = 0;  ///< Of the reference.
};

template <class Want>
void compare_element(double got, Want want_element, Sums& sums) {
  const auto want = static_cast<double>(want_element);
  Difference& result = sums.result;
  if (!std::isfinite(got)) ++result.not_finite;
  const double error = std::abs(got - want);
  if (result.worst < 0 || error > result.max_absolute || std::isnan(error)) {
    result.max_absolute = std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
    result.worst = result.compared;
  }
  if (want != 0) result.max_relative = std::max(result.max_relative, error / std::abs(want));
  sums.squares += want * want;
  ++result.compared;
}

template <class Want>
void compare_all(TensorView<const float> got, TensorView<const Want> want, Sums& sums) {
  if (got.rank() == 0) return compare_element(static_cast<double>(*got.data()), *want.data(), sums);
  if (got.rank() > 1) {
    for (std::int64_t i = 0; i < got.extent(0); ++i)
      compare_all<Want>(got[i], want[i], sums);
    return;
  }
  for (std::int64_t i = 0; i < got.extent(0); ++i) {
    compare_element(static_cast<double>(got.data()[i * got.stride(0)]),
                    want.data()[i * want.stride(0)], sums);
  }
}

template <class Want>
Difference difference_of(TensorView<const float> got, TensorView<const Want> want) {
  ASSAY_CHECK(got.shape() == want.shape(), "only tensors of one shape are compared");
  Sums sums;
  compare_all<Want>(got, want, sums);
  Difference& result = sums.result;
  const double infinity = std::numeric_limits<double>::infinity();
  if (result.not_finite > 0) {
    result.max_absolute = result.normalised = result.max_relative = infinity;
  } else if (result.max_absolute > 0) {
    const double rms = std::sqrt(sums.squares / static_cast<double>(result.compared));
    result.normalised = rms > 0 ? result.max_absolute / rms : infinity;
  }
  return result;
}

}  // namespace

Difference difference(TensorView<const float> got, TensorView<const double> want) {
  return difference_of<double>(got, want);
}

Difference difference(TensorView<const float> got, TensorView<const float> want) {
  return difference_of<float>(got, want);
}

Tolerance tolerance_for(DType dtype, std::int64_t reduction_length) {
  const double roundoff = unit_roundoff(dtype);
  const double walk = std::sqrt(static_cast<double>(std::max<std::int64_t>(reduction_length, 0)));
  return {roundoff * (8 + 8 * walk),
          format("rounding of {} products in {}: {:.2g} * (8 + 8 sqrt({}))", reduction_length,
                 to_text(dtype), roundoff, reduction_length)};
}

}  // namespace assay::tensor
