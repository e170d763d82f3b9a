// SPDX-License-Identifier: MIT
#include "djinn/server/lanes.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "engine/tensor/host_tensor.h"

namespace assay::djinn {
namespace {

using tensor::DType;
using tensor::HostTensor;

constexpr std::int64_t kCapacity = 6;
constexpr std::int64_t kHeads = 2;
constexpr std::int64_t kWidth = 3;
constexpr LaneKind kKind{.model = {}, .capacity = kCapacity};

/// A session's states and a plain copy of every token that was ever put into them.
struct Model {
  SessionId id;
  std::vector<HostTensor> memory;
  Lengths lengths;

  Model(std::uint32_t index, std::int64_t rows) : id{index, 1}, lengths(std::size_t(rows)) {
    for (const DType dtype : {DType::kF32, DType::kBf16})
      memory.push_back(*HostTensor::create({dtype, {rows, kHeads, kCapacity, kWidth}}));
  }
  std::vector<tensor::AnyView> states() {
    std::vector<tensor::AnyView> views;
    for (HostTensor& one : memory)
      views.push_back(one.view());
    return views;
  }
};

std::int64_t offset_of(std::int64_t row, std::int64_t head, std::int64_t token) {
  return ((row * kHeads + head) * kCapacity + token) * kWidth;
}

/// Tokens [begin, end) of a row get values that nobody else has.
void write(const tensor::AnyView& state, std::int64_t row, std::int64_t begin, std::int64_t end,
           Random& random) {
  for (std::int64_t head = 0; head < kHeads; ++head) {
    for (std::int64_t i = offset_of(row, head, begin); i < offset_of(row, head, end); ++i)
      store_element(state, i, static_cast<double>(random.below(200)));
  }
}

bool is_same(const tensor::AnyView& a, std::int64_t row_a, const tensor::AnyView& b,
             std::int64_t row_b, std::int64_t tokens) {
  for (std::int64_t head = 0; head < kHeads; ++head) {
    for (std::int64_t i = 0; i < tokens * kWidth; ++i) {
      if (load_element(a, offset_of(row_a, head, 0) + i) !=
          load_element(b, offset_of(row_b, head, 0) + i)) {
        return false;
      }
    }
  }
  return true;
}

TEST(Lanes, HoldWhatTheSessionsHoldWhoeverRodeBefore) {
  Random random(5);
  const auto stack = *StackSegment::create(Bytes(1 << 16));
  Lanes lanes(*stack);
  std::vector<Model> sessions;
  for (std::uint32_t i = 0; i < 5; ++i)
    sessions.emplace_back(i, 1 + i % 2);
  constexpr std::int64_t kRows = 4;
  for (int round = 0; round < 2'000; ++round) {
    Model& session = sessions[random.below(sessions.size())];
    auto states = session.states();
    const std::int64_t rows = std::ssize(session.lengths);
    Lengths counts(session.lengths.size());
    for (std::size_t row = 0; row < counts.size(); ++row)
      counts[row] = session.lengths[row] < kCapacity && random.coin() ? 1 : 0;
    const auto dice = random.below(10);
    if (dice == 0) {  // It is cut.
      for (std::int64_t& length : session.lengths) {
        const auto held = static_cast<std::uint64_t>(length);
        length = static_cast<std::int64_t>(random.below(held + 1));
      }
      lanes.truncate(session.id, session.lengths);
    } else if (dice < 4) {  // It goes on alone.
      for (std::size_t row = 0; row < counts.size(); ++row) {
        for (const auto& state : states)
          write(state, std::int64_t(row), session.lengths[row], session.lengths[row] + counts[row],
                random);
        session.lengths[row] += counts[row];
      }
    } else {
      ASSERT_TRUE(lanes.make(kKind, states, kRows));
      const auto lane =
          static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(kRows - rows) + 1));
      const LaneRider rider{.session = session.id,
                            .lane = lane,
                            .lengths = session.lengths,
                            .counts = counts,
                            .states = states};
      lanes.bring(rider);
      const auto side_by_side = lanes.states(kRows);
      for (std::size_t row = 0; row < counts.size(); ++row) {
        const std::int64_t at = lane + std::int64_t(row);
        const std::int64_t end = session.lengths[row] + counts[row];
        for (std::size_t i = 0; i < states.size(); ++i) {
          ASSERT_TRUE(
              is_same(side_by_side[i], at, states[i], std::int64_t(row), session.lengths[row]));
          write(side_by_side[i], at, session.lengths[row], end, random);
        }
      }
      lanes.take_back(rider);
      for (std::size_t row = 0; row < counts.size(); ++row) {
        session.lengths[row] += counts[row];
        for (std::size_t i = 0; i < states.size(); ++i) {
          ASSERT_TRUE(is_same(side_by_side[i], rider.lane + std::int64_t(row), states[i],
                              std::int64_t(row), session.lengths[row]));
        }
      }
    }
  }
}

TEST(Lanes, WhoComesBackBringsOnlyWhatIsNew) {
  const auto stack = *StackSegment::create(Bytes(1 << 16));
  Lanes lanes(*stack);
  Model session(3, 1);
  auto states = session.states();
  session.lengths = {4};
  const Lengths counts{1};
  ASSERT_TRUE(lanes.make(kKind, states, 2));
  EXPECT_EQ(lanes.lane_of(session.id), std::nullopt);
  const auto ride = [&] {
    const LaneRider rider{.session = session.id,
                          .lane = 1,
                          .lengths = session.lengths,
                          .counts = counts,
                          .states = states};
    lanes.bring(rider);
    lanes.take_back(rider);
    ++session.lengths[0];
  };
  constexpr std::int64_t kToken = kHeads * kWidth * (4 + 2);
  ride();
  EXPECT_EQ(lanes.brought(), 4 * kToken);
  EXPECT_EQ(lanes.lane_of(session.id), 1);
  ASSERT_TRUE(lanes.make(kKind, states, 2));
  ride();
  EXPECT_EQ(lanes.brought(), 4 * kToken) << "it was there";
  ASSERT_TRUE(lanes.make({.model = {}, .capacity = 99}, states, 2));
  EXPECT_EQ(lanes.lane_of(session.id), std::nullopt) << "another kind's";
}

TEST(Lanes, AreAsManyAsTheStackHolds) {
  Model session(0, 1);
  const auto states = session.states();
  constexpr std::int64_t kRow = kHeads * kCapacity * kWidth * (4 + 2);
  const auto rows = [&](std::int64_t size) {
    const auto stack = *StackSegment::create(Bytes(size));
    Lanes lanes(*stack);
    const std::int64_t fitting = lanes.rows_for(states, 1'000'000);
    EXPECT_TRUE(fitting == 0 || lanes.make(kKind, states, fitting).has_value()) << fitting;
    EXPECT_EQ(lanes.rows_for(states, 2), std::min<std::int64_t>(fitting, 2));
    return fitting;
  };
  EXPECT_EQ(rows(4096), (4096 - 128) / kRow);
  EXPECT_GT(rows(1 << 20), rows(1 << 16));
}

}  // namespace
}  // namespace assay::djinn
