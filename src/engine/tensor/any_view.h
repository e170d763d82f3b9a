// SPDX-License-Identifier: MIT
// A view whose element type is known only when the program runs: what graphs, plans and backends
// pass about. Code that calculates asks for the typed view first.
//
//   void relu(ConstAnyView x, AnyView y) { ... x.as<float>() ... }
#pragma once

#include "engine/tensor/dtype.h"
#include "engine/tensor/tensor_view.h"

namespace assay::tensor {

/// What a tensor is, without where it is.
struct TensorType {
  DType dtype = DType::kF32;
  Dims shape;
  bool operator==(const TensorType&) const = default;
};
std::string to_text(const TensorType& type);  ///< "f32 8x197x768"

struct AnyView {
  void* data = nullptr;
  TensorType type;
  Dims strides;  ///< In elements.

  template <class T>
  TensorView<T> as() const {
    ASSAY_CHECK(type.dtype == dtype_of<std::remove_const_t<T>>(), "a view has the asked type");
    return TensorView<T>(static_cast<T*>(data), type.shape, strides);
  }
};

struct ConstAnyView {
  const void* data = nullptr;
  TensorType type;
  Dims strides;

  ConstAnyView() = default;
  ConstAnyView(const void* where, TensorType what, const Dims& steps)
      : data(where), type(what), strides(steps) {}
  ConstAnyView(const AnyView& view)  // NOLINT(google-explicit-constructor): as pointers do.
      : data(view.data), type(view.type), strides(view.strides) {}

  template <class T>
  TensorView<const T> as() const {
    ASSAY_CHECK(type.dtype == dtype_of<T>(), "a view has the asked type");
    return TensorView<const T>(static_cast<const T*>(data), type.shape, strides);
  }
};

/// A dense, row-major view.
AnyView dense_view(void* data, const TensorType& type);
ConstAnyView dense_view(const void* data, const TensorType& type);
/// Whether the elements lie one after another in row-major order (extents of 1 have no say).
bool is_dense(const TensorType& type, const Dims& strides);

/// The view as an unknown kernel sees it, element by element, in row-major order; slow and obvious.
/// Integers are exact. Every dtype is stored with its own rounding; integers saturate.
double load_element(const ConstAnyView& view, std::int64_t row_major_index);
void store_element(const AnyView& view, std::int64_t row_major_index, double value);

}  // namespace assay::tensor
