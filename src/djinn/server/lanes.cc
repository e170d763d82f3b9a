// SPDX-License-Identifier: MIT
#include "djinn/server/lanes.h"

#include <algorithm>
#include <cstring>

#include "core/check.h"

namespace assay::djinn {
namespace {

constexpr int kHeads = 1;

/// Of one token in one head.
std::int64_t token_size(const tensor::AnyView& state) {
  std::int64_t size = tensor::size_of(state.type.dtype);
  for (int axis = StateLayout::kTokenAxis + 1; axis < state.type.shape.rank(); ++axis)
    size *= state.type.shape[axis];
  return size;
}

std::int64_t row_size(const tensor::AnyView& state) {
  const tensor::Dims& shape = state.type.shape;
  return shape[kHeads] * shape[StateLayout::kTokenAxis] * token_size(state);
}

/// The same states with another number of rows.
tensor::AnyView with_rows(const tensor::AnyView& state, void* data, std::int64_t rows) {
  tensor::TensorType type = state.type;
  type.shape[0] = rows;
  return tensor::dense_view(data, type);
}

struct Place {
  const tensor::AnyView* state;
  std::int64_t row;
};

/// Tokens [begin, end) of a row, head by head. How many bytes that was.
std::int64_t copy_tokens(const Place& from, const Place& to, std::int64_t begin, std::int64_t end) {
  const std::int64_t token = token_size(*from.state);
  const std::int64_t row = row_size(*from.state);
  const std::int64_t heads = from.state->type.shape[kHeads];
  const std::int64_t head = row / std::max<std::int64_t>(heads, 1);
  const auto* source = static_cast<const std::byte*>(from.state->data) + from.row * row;
  auto* target = static_cast<std::byte*>(to.state->data) + to.row * row;
  const auto size = static_cast<std::size_t>((end - begin) * token);
  for (std::int64_t i = 0; i < heads; ++i) {
    const std::int64_t offset = i * head + begin * token;
    std::memcpy(target + offset, source + offset, size);
  }
  return heads * (end - begin) * token;
}

}  // namespace

std::int64_t Lanes::rows_for(std::span<const tensor::AnyView> states, std::int64_t rows_max) const {
  std::int64_t size = 0;
  for (const tensor::AnyView& state : states)
    size += row_size(state);
  // Every state begins at a line of its own.
  const std::int64_t room =
      stack_->report().reserved.count() - std::ssize(states) * StateLayout::kAlignment;
  return std::clamp(room / std::max<std::int64_t>(size, 1), std::int64_t{0}, rows_max);
}

Outcome<Done> Lanes::make(const LaneKind& kind, std::span<const tensor::AnyView> states,
                          std::int64_t rows) {
  if (frame_ && kind == kind_ && std::ssize(lanes_) == rows) return Done{};
  lanes_.clear();
  states_.clear();
  frame_.reset();
  frame_.emplace(*stack_);
  for (const tensor::AnyView& state : states) {
    ASSAY_TRY(const std::span<std::byte> memory, frame_->take(Bytes(rows * row_size(state))));
    states_.push_back(with_rows(state, memory.data(), rows));
  }
  kind_ = kind;
  lanes_.resize(static_cast<std::size_t>(rows));
  return Done{};
}

std::optional<std::int64_t> Lanes::lane_of(SessionId session) const {
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    const bool is_first = lanes_[lane].session == session && lanes_[lane].row == 0;
    if (is_first) return static_cast<std::int64_t>(lane);
  }
  return std::nullopt;
}

bool Lanes::is_of(const Lane& lane, const LaneRider& rider, std::size_t row) {
  return lane.session == rider.session && lane.row == static_cast<std::int64_t>(row);
}

void Lanes::bring(const LaneRider& rider) {
  ASSAY_CHECK_EQ(rider.states.size(), states_.size(), "sessions of one kind share a step");
  for (std::size_t row = 0; row < rider.lengths.size(); ++row) {
    const std::int64_t at = rider.lane + static_cast<std::int64_t>(row);
    Lane& lane = lanes_[static_cast<std::size_t>(at)];
    if (!is_of(lane, rider, row)) {
      lane = {.session = rider.session, .row = static_cast<std::int64_t>(row)};
    }
    for (std::size_t i = 0; i < states_.size() && lane.tokens < rider.lengths[row]; ++i) {
      brought_ += copy_tokens({&rider.states[i], static_cast<std::int64_t>(row)}, {&states_[i], at},
                              lane.tokens, rider.lengths[row]);
    }
    lane.tokens = rider.lengths[row];
  }
}

void Lanes::take_back(const LaneRider& rider) {
  for (std::size_t row = 0; row < rider.lengths.size(); ++row) {
    const std::int64_t at = rider.lane + static_cast<std::int64_t>(row);
    Lane& lane = lanes_[static_cast<std::size_t>(at)];
    ASSAY_CHECK(is_of(lane, rider, row), "who rode was brought");
    const std::int64_t end = rider.lengths[row] + rider.counts[row];
    for (std::size_t i = 0; i < states_.size(); ++i) {
      copy_tokens({&states_[i], at}, {&rider.states[i], static_cast<std::int64_t>(row)},
                  rider.lengths[row], end);
    }
    lane.tokens = end;
  }
}

void Lanes::truncate(SessionId session, std::span<const std::int64_t> lengths) {
  for (Lane& lane : lanes_) {
    if (lane.session != session) continue;
    lane.tokens = std::min(lane.tokens, lengths[static_cast<std::size_t>(lane.row)]);
  }
}

std::vector<tensor::AnyView> Lanes::states(std::int64_t rows) const {
  std::vector<tensor::AnyView> views;
  for (const tensor::AnyView& state : states_)
    views.push_back(with_rows(state, state.data, rows));
  return views;
}

}  // namespace assay::djinn
