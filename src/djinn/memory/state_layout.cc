// SPDX-License-Identifier: MIT
#include "djinn/memory/state_layout.h"

#include <numeric>

namespace assay::djinn {
namespace {

/// Before its strides are asked for.
Result<void> check_countable(const tensor::Dims& shape) {
  ASSAY_TRY([[maybe_unused]] const std::int64_t count, tensor::element_count(shape));
  return {};
}

}  // namespace

Result<StateLayout> StateLayout::create(
    const std::vector<std::pair<std::string, tensor::TensorType>>& states, int token_axis) {
  if (states.empty()) return Error::user("no states: expected the keys and values of a decoder");
  StateLayout layout;
  for (const auto& [name, type] : states) {
    ASSAY_TRY_VOID(layout.append(name, type, token_axis).context("in state {}", name));
  }
  return layout;
}

Result<void> StateLayout::append(const std::string& name, const tensor::TensorType& type,
                                 int token_axis) {
  if (token_axis < 1 || type.shape.rank() <= token_axis) {
    return Error::user("{}: expected rows first and tokens on axis {}", tensor::to_text(type),
                       token_axis);
  }
  const std::int64_t rows = type.shape[0];
  const std::int64_t capacity = type.shape[token_axis];
  if (states_.empty()) {
    rows_ = rows;
    capacity_ = capacity;
  }
  if (rows != rows_ || capacity != capacity_ || rows < 1 || capacity < 1) {
    return Error::user("{} rows of {} tokens: expected {} rows of {} tokens, as in the first state",
                       rows, capacity, rows_, capacity_);
  }
  ASSAY_TRY_VOID(check_countable(type.shape));
  ASSAY_TRY(const Bytes size,
            tensor::storage_size(type.shape, tensor::row_major_strides(type.shape), type.dtype));
  if (size.count() == 0) return Error::user("{} is empty", tensor::to_text(type));
  // Sums of a few sizes that fit 64 bits each: half of the range is more than any machine has.
  if (size.count() > INT64_MAX / 4 || size_.count() > INT64_MAX / 4) {
    return Error::user("{} exceeds what 64 bits can count", name);
  }
  State state{.type = type, .offset = tensor::round_up(size_.count(), kAlignment), .stripes = 1};
  for (int axis = 1; axis < token_axis; ++axis)
    state.stripes *= type.shape[axis];
  state.token_size = size.count() / (rows * state.stripes * capacity);
  size_ = Bytes(state.offset) + size;
  token_size_ = token_size_ + Bytes(state.token_size * state.stripes);
  states_.push_back(state);
  return {};
}

Bytes StateLayout::used(const Lengths& lengths) const {
  return token_size_ * std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
}

std::vector<tensor::AnyView> StateLayout::views(std::byte* base) const {
  std::vector<tensor::AnyView> views;
  for (const State& state : states_) {
    views.push_back(tensor::dense_view(static_cast<void*>(base + state.offset), state.type));
  }
  return views;
}

}  // namespace assay::djinn
