// SPDX-License-Identifier: MIT
#include "djinn/memory/state_layout.h"

#include <gmock/gmock.h>

#include <set>

#include "core/random.h"

namespace assay::djinn {
namespace {

using tensor::DType;
using tensor::TensorType;
using States = std::vector<std::pair<std::string, TensorType>>;
using Stretch = std::pair<std::int64_t, std::int64_t>;

std::vector<Stretch> runs_of(const StateLayout& layout, const Lengths& from, const Lengths& to) {
  std::vector<Stretch> runs;
  layout.for_each_run(
      from, to, [&](std::int64_t offset, std::int64_t size) { runs.emplace_back(offset, size); });
  return runs;
}

TEST(StateLayout, FindsTheRunsOfTokensWorkedOutByHand) {
  // Two rows, two heads, four tokens of three f32: a stripe is 48 bytes, a state 192.
  const States states{{"keys.0", {DType::kF32, {2, 2, 4, 3}}},
                      {"values.0", {DType::kF16, {2, 2, 4, 3}}}};
  const auto layout = StateLayout::create(states);
  ASSERT_TRUE(layout.has_value()) << layout.error().to_string();
  EXPECT_EQ(layout->rows(), 2);
  EXPECT_EQ(layout->capacity(), 4);
  EXPECT_EQ(layout->size(), Bytes(192 + 96));
  EXPECT_EQ(layout->token_size(), Bytes(2 * 12 + 2 * 6));
  EXPECT_EQ(layout->used({3, 1}), Bytes(4 * 36));
  EXPECT_THAT(
      runs_of(*layout, {1, 4}, {3, 4}),
      testing::ElementsAre(Stretch(12, 24), Stretch(60, 24), Stretch(198, 12), Stretch(222, 12)));
  EXPECT_THAT(runs_of(*layout, {2, 2}, {2, 2}), testing::IsEmpty());
}

TEST(StateLayout, GivesTheEngineDenseTensors) {
  const States states{{"keys.0", {DType::kF32, {1, 3, 5, 7}}},
                      {"values.0", {DType::kF32, {1, 3, 5, 7}}}};
  const auto layout = StateLayout::create(states);
  ASSERT_TRUE(layout.has_value());
  alignas(64) std::vector<std::byte> memory(static_cast<std::size_t>(layout->size().count()));
  const auto views = layout->views(memory.data());
  ASSERT_EQ(views.size(), 2U);
  EXPECT_EQ(views[0].data, memory.data());
  EXPECT_EQ(static_cast<std::byte*>(views[1].data) - memory.data(), 448) << "420 rounded up to 64";
  EXPECT_TRUE(tensor::is_dense(views[1].type, views[1].strides));
  EXPECT_EQ(layout->size(), Bytes(448 + 420));
}

TEST(StateLayout, RefusesWhatIsNoDecoder) {
  struct Case {
    States states;
    std::string_view wanted;
  };
  const TensorType good{DType::kF32, {2, 2, 4, 3}};
  const std::vector<Case> cases{
      {{}, "no states"},
      {{{"k", {DType::kF32, {2, 2}}}}, "tokens on axis 2"},
      {{{"k", good}, {"v", {DType::kF32, {3, 2, 4, 3}}}}, "3 rows of 4 tokens: expected 2 rows"},
      {{{"k", good}, {"v", {DType::kF32, {2, 2, 5, 3}}}}, "2 rows of 5 tokens"},
      {{{"k", {DType::kF32, {2, 2, 0, 3}}}}, "2 rows of 0 tokens"},
      {{{"k", {DType::kF32, {2, 0, 4, 3}}}}, "is empty"},
      {{{"k", {DType::kF32, {1 << 30, 1 << 30, 1 << 30, 8}}}}, "64 bits"},
  };
  for (const Case& c : cases) {
    const auto layout = StateLayout::create(c.states);
    ASSERT_FALSE(layout.has_value()) << c.wanted;
    EXPECT_THAT(layout.error().to_string(), testing::HasSubstr(std::string(c.wanted)));
    EXPECT_EQ(layout.error().blame(), Blame::kUser);
  }
}

TEST(StateLayout, RunsOfConsecutiveSpansCoverEveryByteOnce) {
  Random random(11);
  for (int round = 0; round < 200; ++round) {
    const auto extent = [&](std::uint64_t most) {
      return static_cast<std::int64_t>(random.below(most)) + 1;
    };
    const TensorType type{random.coin() ? DType::kF32 : DType::kI8,
                          {extent(3), extent(3), extent(9), extent(5)}};
    const auto layout = StateLayout::create({{"k", type}, {"v", type}, {"w", type}});
    ASSERT_TRUE(layout.has_value());
    const auto rows = static_cast<std::size_t>(layout->rows());
    std::vector<int> touched(static_cast<std::size_t>(layout->size().count()));
    Lengths at(rows);
    while (at != Lengths(rows, layout->capacity())) {
      Lengths next = at;
      for (std::int64_t& length : next) {
        length += static_cast<std::int64_t>(
            random.below(static_cast<std::uint64_t>(layout->capacity() - length) + 1));
      }
      std::int64_t end = 0;
      for (const auto& [offset, size] : runs_of(*layout, at, next)) {
        EXPECT_GE(offset, end) << "offsets ascend";
        end = offset + size;
        for (std::int64_t i = offset; i < end; ++i)
          ++touched[static_cast<std::size_t>(i)];
      }
      at = next;
    }
    const auto ones = std::ranges::count(touched, 1);
    EXPECT_EQ(ones, layout->used(at).count()) << "every byte of a token, once";
    EXPECT_EQ(ones + std::ranges::count(touched, 0), std::ssize(touched)) << "alignment untouched";
  }
}

TEST(StateLayout, BlocksAreThoseThatRunsTouch) {
  Random random(12);
  const TensorType type{DType::kF32, {2, 3, 16, 5}};
  const auto layout = StateLayout::create({{"k", type}, {"v", type}});
  ASSERT_TRUE(layout.has_value());
  for (int round = 0; round < 500; ++round) {
    Lengths from(2), to(2);
    for (std::size_t row = 0; row < 2; ++row) {
      from[row] = static_cast<std::int64_t>(random.below(17));
      to[row] = from[row] +
                static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(17 - from[row])));
    }
    const auto block_size = static_cast<std::int64_t>(random.below(700)) + 1;
    std::set<std::int64_t> wanted;
    for (const auto& [offset, size] : runs_of(*layout, from, to)) {
      for (std::int64_t i = offset; i < offset + size; ++i)
        wanted.insert(i / block_size);
    }
    std::vector<std::int64_t> got;
    layout->for_each_block(from, to, block_size, [&](std::int64_t index) { got.push_back(index); });
    EXPECT_THAT(got, testing::ElementsAreArray(wanted)) << block_size;
  }
}

}  // namespace
}  // namespace assay::djinn
