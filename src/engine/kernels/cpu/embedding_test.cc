// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/embedding.h"

#include <gmock/gmock.h>

#include <vector>

namespace assay::kernels {
namespace {

using tensor::DType;
using tensor::TensorView;

/// Row v of the table is v * 10, v * 10 + 1, ...: exact in every type.
std::vector<float> table_of(std::int64_t rows, std::int64_t width) {
  std::vector<float> table;
  for (std::int64_t v = 0; v < rows; ++v) {
    for (std::int64_t d = 0; d < width; ++d)
      table.push_back(static_cast<float>(v * 10 + d));
  }
  return table;
}

TEST(Embedding, TakesRowsOfEveryTableAndItsPackedForm) {
  const std::int64_t rows = 19, width = 5;
  const std::vector<float> table = table_of(rows, width);
  const std::vector<std::int32_t> ids{0, 18, 7, 7, 1, -9};  // The last lies between the two rows.
  const TensorView<const std::int32_t> two_by_two(ids.data(), {2, 2}, {2, 1});
  for (const DType stored : {DType::kF32, DType::kF16, DType::kBf16}) {
    std::vector<std::byte> memory(static_cast<std::size_t>(rows * width * 4));
    const tensor::AnyView view = tensor::dense_view(memory.data(), {stored, {rows, width}});
    for (std::int64_t i = 0; i < rows * width; ++i)
      tensor::store_element(view, i, static_cast<double>(table[static_cast<std::size_t>(i)]));
    std::vector<std::byte> packed(
        static_cast<std::size_t>(packed_weight_bytes(stored, rows, width)));
    pack_weight(view, stored, packed);
    for (const bool is_packed : {false, true}) {
      std::vector<float> y(21, -1);
      const TensorView<float> to(y.data(), {2, 2, width});
      const auto done =
          is_packed ? embedding(PackedWeight{packed.data(), stored, rows, width}, two_by_two, to, 2)
                    : embedding(view, two_by_two, to, 2);
      ASSERT_TRUE(done.has_value()) << done.error().to_string();
      EXPECT_THAT(y, ::testing::ElementsAre(0, 1, 2, 3, 4, 180, 181, 182, 183, 184, 70, 71, 72, 73,
                                            74, 70, 71, 72, 73, 74, -1));
    }
  }
}

TEST(Embedding, AnIdOutsideIsAnErrorThatSaysWhichAndWhere) {
  const std::vector<float> table = table_of(3, 2);
  const auto view = tensor::dense_view(table.data(), {DType::kF32, {3, 2}});
  for (const std::int32_t wrong : {-1, 3, 2'000'000'000}) {
    std::vector<std::int32_t> ids(40, 1);
    ids[30] = wrong;
    ids[33] = -7;
    std::vector<float> y(80);
    const auto done = embedding(view, {ids.data(), {40}}, {y.data(), {40, 2}}, 2);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().message(),
              format("id {} at position 30 is outside the table: expected 0 to 2", wrong));
  }
  std::vector<float> y;
  EXPECT_TRUE(embedding(view, {nullptr, {0}}, {y.data(), {0, 2}}, 2).has_value());
}

TEST(TakeRows, TakesOneRowOfEachEntry) {
  const std::vector<float> x = table_of(6, 2);  // [2, 3, 2]
  std::vector<std::int32_t> rows{2, 0};
  std::vector<float> y(4);
  const TensorView<const float> from(x.data(), {2, 3, 2});
  ASSERT_TRUE(take_rows(from, {rows.data(), {2}}, {y.data(), {2, 2}}).has_value());
  EXPECT_THAT(y, ::testing::ElementsAre(20, 21, 30, 31));
  rows[1] = 3;
  const auto done = take_rows(from, {rows.data(), {2}}, {y.data(), {2, 2}});
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().message(), "row 3 of batch entry 1 is outside: expected 0 to 2");
}

}  // namespace
}  // namespace assay::kernels
