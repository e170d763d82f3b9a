// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/elementwise.h"

namespace assay::kernels {
namespace {

using tensor::Dims;

/// x as y sees it: missing axes and extents of 1 are stood still on.
ConstAnyView broadcast_to(const ConstAnyView& x, const Dims& shape) {
  ConstAnyView view{x.data, {x.type.dtype, shape}, shape};
  const int missing = shape.rank() - x.type.shape.rank();
  ASSAY_CHECK_GE(missing, 0, "the result has the longest shape");
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool repeats = axis < missing || x.type.shape[axis - missing] == 1;
    view.strides[axis] = repeats ? 0 : x.strides[axis - missing];
  }
  return view;
}

template <class Function>
void combine(const ConstAnyView& a, const ConstAnyView& b, const AnyView& y,
             const Function& function) {
  std::vector<double> left = load_elements(broadcast_to(a, y.type.shape));
  const std::vector<double> right = load_elements(broadcast_to(b, y.type.shape));
  for (std::size_t i = 0; i < left.size(); ++i)
    left[i] = function(left[i], right[i]);
  store_elements(y, left);
}

template <class Function>
void apply(const ConstAnyView& x, const AnyView& y, const Function& function) {
  std::vector<double> elements = load_elements(x);
  for (double& element : elements)
    element = function(element);
  store_elements(y, elements);
}

}  // namespace

void add_reference(const ConstAnyView& a, const ConstAnyView& b, const AnyView& y) {
  combine(a, b, y, [](double left, double right) { return left + right; });
}

void multiply_reference(const ConstAnyView& a, const ConstAnyView& b, const AnyView& y) {
  combine(a, b, y, [](double left, double right) { return left * right; });
}

void scale_reference(const ConstAnyView& x, double factor, const AnyView& y) {
  apply(x, y, [&](double element) { return element * factor; });
}

void activation_reference(const ConstAnyView& x, Activation kind, const AnyView& y) {
  apply(x, y, [&](double element) { return activate_exactly(kind, element); });
}

}  // namespace assay::kernels
