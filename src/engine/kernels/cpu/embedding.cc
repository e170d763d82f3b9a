// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/embedding.h"

#include <algorithm>
#include <atomic>

#include "engine/kernels/cpu/convert.h"
#include "engine/kernels/loop_nest.h"
#include "engine/kernels/parallel.h"
#include "engine/kernels/rows.h"

namespace assay::kernels {
namespace {

using tensor::ConstAnyView;
using tensor::TensorView;

/// take(id, row of y) for every id inside [0, size); the first that is not becomes the error.
template <class Take>
Result<void> for_each_id(TensorView<const std::int32_t> ids, std::int64_t size, TensorView<float> y,
                         int threads, Take&& take) {
  ASSAY_CHECK_EQ(y.rank(), ids.rank() + 1, "y has one axis more than the ids");
  for (int axis = 0; axis < ids.rank(); ++axis)
    ASSAY_CHECK_EQ(y.extent(axis), ids.extent(axis), "y has a row for every id");
  if (ids.empty()) return {};
  const Rows<float> to(y);
  const LoopNest<1> nest(ids.shape(), {ids.strides()});
  const auto id_at = [&](std::int64_t i) {
    return ids.data()[nest.offsets(i / nest.inner_count())[0] +
                      i % nest.inner_count() * nest.inner_strides()[0]];
  };
  std::atomic<std::int64_t> wrong = to.count();
  for_each_part(to.count(), 16, threads, [&](std::int64_t first, std::int64_t end) {
    for (std::int64_t i = first; i < end; ++i) {
      const std::int64_t id = id_at(i);
      if (id >= 0 && id < size) {
        take(id, to.at(i));
      } else {
        std::int64_t earlier = wrong;
        while (i < earlier && !wrong.compare_exchange_weak(earlier, i)) {
        }
      }
    }
  });
  if (wrong == to.count()) return {};
  return Error::user("id {} at position {} is outside the table: expected 0 to {}", id_at(wrong),
                     wrong.load(), size - 1);
}

}  // namespace

Result<void> embedding(const ConstAnyView& table, TensorView<const std::int32_t> ids,
                       TensorView<float> y, int threads) {
  ASSAY_CHECK_EQ(table.type.shape.rank(), 2, "a table is [V, D]");
  const std::int64_t width = table.type.shape[1];
  ASSAY_CHECK_EQ(y.extent(y.rank() - 1), width, "a row of y is a row of the table");
  ASSAY_CHECK(width <= 1 || table.strides[1] == 1, "the elements of a row touch");
  const std::int64_t row_bytes = table.strides[0] * tensor::size_of(table.type.dtype);
  return for_each_id(ids, table.type.shape[0], y, threads, [&](std::int64_t id, float* to) {
    convert_run(static_cast<const std::byte*>(table.data) + id * row_bytes, table.type.dtype, to,
                tensor::DType::kF32, width);
  });
}

Result<void> embedding(const PackedWeight& table, TensorView<const std::int32_t> ids,
                       TensorView<float> y, int threads) {
  ASSAY_CHECK_EQ(y.extent(y.rank() - 1), table.k, "a row of y is a row of the table");
  return for_each_id(ids, table.n, y, threads, [&](std::int64_t id, float* to) {
    unpack_weight_row(table, id, {to, static_cast<std::size_t>(table.k)});
  });
}

Result<void> take_rows(TensorView<const float> x, TensorView<const std::int32_t> rows,
                       TensorView<float> y) {
  ASSAY_CHECK(x.rank() == 3 && y.rank() == 2 && rows.rank() == 1, "one row of each [T, D]");
  ASSAY_CHECK(
      y.extent(0) == x.extent(0) && y.extent(1) == x.extent(2) && rows.extent(0) == x.extent(0),
      "one row of each [T, D]");
  for (std::int64_t b = 0; b < x.extent(0); ++b) {
    const std::int64_t row = rows.at(b);
    if (row < 0 || row >= x.extent(1)) {
      return Error::user("row {} of batch entry {} is outside: expected 0 to {}", row, b,
                         x.extent(1) - 1);
    }
    for (std::int64_t d = 0; d < x.extent(2); ++d)
      y.data()[b * y.stride(0) + d * y.stride(1)] =
          x.data()[b * x.stride(0) + row * x.stride(1) + d * x.stride(2)];
  }
  return {};
}

}  // namespace assay::kernels
