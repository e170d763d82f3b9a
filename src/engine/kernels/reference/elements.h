// SPDX-License-Identifier: MIT
// How the reference kernels read and write: every operand becomes dense double precision first, the
// loops then are over plain arrays, and each result is rounded once when it is stored.
#pragma once

#include <span>
#include <vector>

#include "engine/tensor/any_view.h"

namespace assay::kernels {

using tensor::AnyView;
using tensor::ConstAnyView;

/// Elements of a type whose size was checked.
std::int64_t count_of(const tensor::TensorType& type);
/// Product of the extents of the axes from `first` up to, but not including, `end`.
std::int64_t count_between(const tensor::Dims& shape, int first, int end);

/// In row-major order, from any strides.
std::vector<double> load_elements(const ConstAnyView& view);
/// Into any strides, each element rounded to the view's dtype.
void store_elements(const AnyView& view, std::span<const double> elements);

/// An optional operand that was left out has no data.
inline bool is_given(const ConstAnyView& view) {
  return view.data != nullptr;
}

/// Sum of products. Four sums side by side, because one alone would wait for each addition.
double dot(const double* x, const double* y, std::int64_t count);

}  // namespace assay::kernels
