// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/row_lookup.h"

namespace assay::kernels {
namespace {

Result<std::int64_t> checked_row(const ConstAnyView& numbers, std::int64_t index, std::int64_t rows,
                                 std::string_view what) {
  const auto row = static_cast<std::int64_t>(load_element(numbers, index));
  if (row >= 0 && row < rows) return row;
  return Error::user("{} {} at position {}; expected 0 to {}", what, row, index, rows - 1);
}

}  // namespace

Result<void> embedding_reference(const ConstAnyView& table, const ConstAnyView& ids,
                                 const AnyView& y) {
  const std::int64_t rows = table.type.shape[0];
  const std::int64_t width = table.type.shape[1];
  const std::int64_t count = count_of(ids.type);
  for (std::int64_t i = 0; i < count; ++i) {
    ASSAY_TRY(const std::int64_t row, checked_row(ids, i, rows, "token id"));
    for (std::int64_t d = 0; d < width; ++d)
      store_element(y, i * width + d, load_element(table, row * width + d));
  }
  return {};
}

Result<void> take_rows_reference(const ConstAnyView& x, const ConstAnyView& rows,
                                 const AnyView& y) {
  const std::int64_t length = x.type.shape[1];
  const std::int64_t width = x.type.shape[2];
  for (std::int64_t b = 0; b < x.type.shape[0]; ++b) {
    ASSAY_TRY(const std::int64_t row, checked_row(rows, b, length, "row"));
    for (std::int64_t d = 0; d < width; ++d)
      store_element(y, b * width + d, load_element(x, (b * length + row) * width + d));
  }
  return {};
}

}  // namespace assay::kernels
