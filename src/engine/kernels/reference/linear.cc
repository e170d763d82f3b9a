// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/linear.h"

#include "engine/kernels/reference/quantise.h"

namespace assay::kernels {
namespace {

struct LayerSizes {
  std::int64_t rows = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
};

LayerSizes sizes_of(const ConstAnyView& x, const ConstAnyView& weight) {
  const tensor::Dims& shape = x.type.shape;
  const LayerSizes sizes{.rows = count_between(shape, 0, shape.rank() - 1),
                         .n = weight.type.shape[0],
                         .k = weight.type.shape[1]};
  ASSAY_CHECK_EQ(shape[shape.rank() - 1], sizes.k, "the weight fits x");
  return sizes;
}

/// Row j of a matrix, so that a large weight is never there twice.
std::vector<double> load_row(const ConstAnyView& matrix, std::int64_t row) {
  const std::int64_t offset = row * matrix.strides[0] * tensor::size_of(matrix.type.dtype);
  return load_elements({static_cast<const std::byte*>(matrix.data) + offset,
                        {matrix.type.dtype, {matrix.type.shape[1]}},
                        {matrix.strides[1]}});
}

/// x weight^T, [rows, n].
std::vector<double> products_of(std::span<const double> x, const ConstAnyView& weight,
                                const LayerSizes& sizes) {
  std::vector<double> products(static_cast<std::size_t>(sizes.rows * sizes.n));
  for (std::int64_t j = 0; j < sizes.n; ++j) {
    const std::vector<double> row = load_row(weight, j);
    for (std::int64_t i = 0; i < sizes.rows; ++i) {
      products[static_cast<std::size_t>(i * sizes.n + j)] =
          dot(x.data() + i * sizes.k, row.data(), sizes.k);
    }
  }
  return products;
}

void finish(std::vector<double> products, std::int64_t n, const LayerEpilogue& epilogue,
            const AnyView& y) {
  const std::vector<double> bias = is_given(epilogue.bias)
                                       ? load_elements(epilogue.bias)
                                       : std::vector<double>(static_cast<std::size_t>(n), 0.0);
  for (std::size_t i = 0; i < products.size(); ++i) {
    products[i] =
        activate_exactly(epilogue.activation, products[i] + bias[i % static_cast<std::size_t>(n)]);
  }
  if (is_given(epilogue.residual)) {
    const std::vector<double> residual = load_elements(epilogue.residual);
    for (std::size_t i = 0; i < products.size(); ++i)
      products[i] += residual[i];
  }
  store_elements(y, products);
}

/// Rounds each row to i8; returns the scale of each.
std::vector<double> quantise_in_place(std::span<double> x, const LayerSizes& sizes) {
  std::vector<double> scales;
  for (std::int64_t i = 0; i < sizes.rows; ++i) {
    const auto first = static_cast<std::size_t>(i * sizes.k);
    const std::span<double> row = x.subspan(first, static_cast<std::size_t>(sizes.k));
    scales.push_back(row_scale(row));
    for (double& element : row)
      element = quantised(element, scales.back());
  }
  return scales;
}

}  // namespace

void linear_reference(const ConstAnyView& x, const ConstAnyView& weight,
                      const LayerEpilogue& epilogue, const AnyView& y) {
  const LayerSizes sizes = sizes_of(x, weight);
  finish(products_of(load_elements(x), weight, sizes), sizes.n, epilogue, y);
}

void quantised_linear_reference(const ConstAnyView& x, const ConstAnyView& weight,
                                const ConstAnyView& scales, QuantisedMode mode,
                                const LayerEpilogue& epilogue, const AnyView& y) {
  const LayerSizes sizes = sizes_of(x, weight);
  std::vector<double> rows = load_elements(x);
  std::vector<double> row_scales(static_cast<std::size_t>(sizes.rows), 1.0);
  if (mode == QuantisedMode::kDynamic) row_scales = quantise_in_place(rows, sizes);
  std::vector<double> products = products_of(rows, weight, sizes);  // Integers stay exact.
  const std::vector<double> weight_scales = load_elements(scales);
  for (std::size_t i = 0; i < products.size(); ++i) {
    const auto n = static_cast<std::size_t>(sizes.n);
    products[i] *= row_scales[i / n] * weight_scales[i % n];
  }
  finish(std::move(products), sizes.n, epilogue, y);
}

}  // namespace assay::kernels
