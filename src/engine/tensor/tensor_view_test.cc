// SPDX-License-Identifier: MIT
#include "engine/tensor/tensor_view.h"

#include <gmock/gmock.h>

#include <numeric>
#include <vector>

namespace assay::tensor {
namespace {

std::vector<float> counting(std::size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 0.0F);
  return values;
}

TEST(TensorView, KnowsWhereItsElementsAre) {
  std::vector<float> values = counting(24);
  const TensorView<float> dense(values.data(), {2, 3, 4});
  EXPECT_EQ(dense.at(1, 2, 3), 23);
  EXPECT_EQ(dense[1].at(2, 3), 23);
  EXPECT_EQ(dense[1].leading_dimension(), 4);

  const TensorView<float> padded(values.data() + 1, {3, 5}, {8, 1});
  EXPECT_EQ(padded.at(2, 4), 21);
  EXPECT_EQ(padded.leading_dimension(), 8);
  EXPECT_EQ(padded.narrow(1, 2, 3).at(1, 0), 11);
  EXPECT_EQ(padded.narrow(0, 3, 0).empty(), true);
}

TEST(TensorView, ATransposeIsAViewOfTheSameMemory) {
  std::vector<float> values = counting(6);
  const TensorView<float> view(values.data(), {2, 3});
  EXPECT_EQ(view.transposed().at(2, 1), view.at(1, 2));
  EXPECT_EQ(view.transposed().shape(), (Dims{3, 2}));
  view.transposed().at(2, 1) = 50;
  EXPECT_EQ(values[5], 50);
  const TensorView<const float> read_only = view;
  EXPECT_EQ(read_only.at(1, 2), 50);
}

static_assert(!std::is_convertible_v<TensorView<const float>, TensorView<float>>,
              "a read-only view stays read-only");

TEST(TensorViewDeathTest, RefusesWhatIsOutside) {
  std::vector<float> values = counting(6);
  const TensorView<float> view(values.data(), {2, 3});
  EXPECT_DEATH((void)view.at(2, 0), "within its extent");
  EXPECT_DEATH((void)view.at(0), "every axis gets an index");
  EXPECT_DEATH((void)view.narrow(1, 2, 2), "within the old one");
  EXPECT_DEATH((void)view.transposed().leading_dimension(), "contiguous");
}

}  // namespace
}  // namespace assay::tensor
