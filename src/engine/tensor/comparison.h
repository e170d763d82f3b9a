// SPDX-License-Identifier: MIT
// How far a computed tensor is from its reference, and how far rounding alone explains.
#pragma once

#include <cstdint>
#include <string>

#include "engine/tensor/dtype.h"
#include "engine/tensor/tensor_view.h"

namespace assay::tensor {

struct Difference {
  double max_absolute = 0;
  /// max_absolute over the root mean square of the reference: what tolerances are stated in. One
  /// wrong element shows whole, however many right ones stand beside it, and an element that
  /// cancels to nearly zero is not held against the kernel, as a relative error would.
  double normalised = 0;
  double max_relative = 0;      ///< Over elements whose reference is not zero. For information.
  std::int64_t worst = -1;      ///< Row-major index of the largest difference; -1 when empty.
  std::int64_t compared = 0;    ///< Elements.
  std::int64_t not_finite = 0;  ///< Of `got`; any makes the other fields infinite.
};

/// Every element of `got` against `want`, of the same shape.
Difference difference(TensorView<const float> got, TensorView<const double> want);
Difference difference(TensorView<const float> got, TensorView<const float> want);

struct Tolerance {
  double normalised = 0;  ///< Largest Difference::normalised that is still rounding.
  std::string reason;
};

/// Rounding of a sum of `reduction_length` products in `dtype`. Rounding errors of a sum of n terms
/// of random sign grow as a random walk: their rms is about u*sqrt(n/6) of the rms of the result,
/// u the unit roundoff, and the largest of 1e8 normal deviates is below 6 of their sd. We allow
/// u*(8 + 8*sqrt(n)), about three times that, so that another order of summation never fails and
/// a wrong element (of order 1) does by four orders of magnitude.
Tolerance tolerance_for(DType dtype, std::int64_t reduction_length);

}  // namespace assay::tensor
