// SPDX-License-Identifier: MIT
// Where the tokens of a session lie: the states of a decoder one behind the other in one range of
// addresses, each a dense tensor [rows, heads, capacity, width] as the engine's kernels want it.
// The tokens [a, b) of a row are therefore not one run of bytes but one in every head of every
// state, and all that swaps or pages asks here which runs those are.
//
//   ASSAY_TRY(const StateLayout layout, StateLayout::create(executable.signature().states));
//   layout.for_each_run({0, 0}, {3, 1}, [&](std::int64_t offset, std::int64_t size) { ... });
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "core/units.h"
#include "engine/tensor/any_view.h"

namespace assay::djinn {

/// Tokens of each row.
using Lengths = std::vector<std::int64_t>;

class StateLayout {
 public:
  static constexpr int kTokenAxis = 2;            ///< Of a decoder's states.
  static constexpr std::int64_t kAlignment = 64;  ///< Of each state, as of any tensor.

  /// A user error where the states are no decoder's: ranks, rows or capacities that differ.
  static Result<StateLayout> create(
      const std::vector<std::pair<std::string, tensor::TensorType>>& states,
      int token_axis = kTokenAxis);

  std::int64_t rows() const { return rows_; }
  std::int64_t capacity() const { return capacity_; }
  /// Addresses of a session, from its first state to the end of its last.
  Bytes size() const { return size_; }
  /// Of one token of one row, over all states.
  Bytes token_size() const { return token_size_; }
  /// Of all tokens that rows of these lengths hold.
  Bytes used(const Lengths& lengths) const;
  /// The states as the engine takes them, in the order in which they were given.
  std::vector<tensor::AnyView> views(std::byte* base) const;

  /// `visit(offset, size)` for the bytes of the tokens [from, to) of every row; offsets ascend.
  template <class Visit>
  void for_each_run(const Lengths& from, const Lengths& to, Visit&& visit) const {
    for (const State& state : states_) {
      std::int64_t stripe = state.offset;
      for (std::size_t row = 0; row < static_cast<std::size_t>(rows_); ++row) {
        const std::int64_t count = to[row] - from[row];
        for (std::int64_t i = 0; i < state.stripes; ++i, stripe += state.token_size * capacity_) {
          if (count > 0) visit(stripe + from[row] * state.token_size, count * state.token_size);
        }
      }
    }
  }

  /// `visit(index)` once for every block of `block_size` bytes that holds part of these tokens,
  /// ascending. Two states may share a block where one ends and the next begins.
  template <class Visit>
  void for_each_block(const Lengths& from, const Lengths& to, std::int64_t block_size,
                      Visit&& visit) const {
    std::int64_t next = 0;
    for_each_run(from, to, [&](std::int64_t offset, std::int64_t size) {
      const std::int64_t last = (offset + size - 1) / block_size;
      for (next = std::max(next, offset / block_size); next <= last; ++next)
        visit(next);
    });
  }

 private:
  /// A stripe is one head of one row: room for `capacity` tokens, one behind the other.
  struct State {
    tensor::TensorType type;
    std::int64_t offset = 0;
    std::int64_t stripes = 0;  ///< Of one row.
    std::int64_t token_size = 0;
  };

  Result<void> append(const std::string& name, const tensor::TensorType& type, int token_axis);

  std::vector<State> states_;
  std::int64_t rows_ = 0;
  std::int64_t capacity_ = 0;
  Bytes size_;
  Bytes token_size_;
};

}  // namespace assay::djinn
