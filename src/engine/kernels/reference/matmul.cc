// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/matmul.h"

namespace assay::kernels {
namespace {

/// The last two axes exchanged: the rows of the result are what a product runs along.
ConstAnyView transposed(ConstAnyView view) {
  const int last = view.type.shape.rank() - 1;
  std::swap(view.type.shape[last], view.type.shape[last - 1]);
  std::swap(view.strides[last], view.strides[last - 1]);
  return view;
}

}  // namespace

void matmul_reference(const ConstAnyView& a, const ConstAnyView& b, bool transpose_b,
                      const AnyView& y) {
  const int rank = a.type.shape.rank();
  const std::int64_t m = y.type.shape[rank - 2];
  const std::int64_t n = y.type.shape[rank - 1];
  const std::int64_t k = a.type.shape[rank - 1];
  const std::vector<double> left = load_elements(a);
  const std::vector<double> right = load_elements(transpose_b ? b : transposed(b));
  std::vector<double> products(static_cast<std::size_t>(count_of(y.type)));
  for (std::size_t at = 0; at < products.size(); ++at) {
    const auto index = static_cast<std::int64_t>(at);
    const std::int64_t matrix = index / (m * n);
    const double* row = left.data() + index / n * k;  // (matrix m + i) k
    const double* column = right.data() + (matrix * n + index % n) * k;
    products[at] = dot(row, column, k);
  }
  store_elements(y, products);
}

}  // namespace assay::kernels
