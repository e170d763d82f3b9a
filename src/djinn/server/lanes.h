// SPDX-License-Identifier: MIT
// Rows side by side for the sessions that share a step. The engine's kernels want the states of all
// rows of a batch as one dense tensor, but each session's lie where the memory of sessions put
// them. A lane is a copy of one row in the stack segment: tokens that it lacks are copied in before
// a step, and those of the step are copied back, so that the session's own states are always whole
// and may leave, come back or go on alone as if there were no lanes. Who comes back to its lane
// finds it as it was, and brings only what is new.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "djinn/memory/session_id.h"
#include "djinn/memory/stack_segment.h"
#include "djinn/memory/state_layout.h"
#include "djinn/wire/identity.h"

namespace assay::djinn {

/// What tells states of one make from others.
struct LaneKind {
  ModelId model = {};
  std::int64_t capacity = 0;
  bool operator==(const LaneKind&) const = default;
};

/// One session in a step.
struct LaneRider {
  SessionId session;
  std::int64_t lane = 0;                         ///< Of its first row; the others follow.
  std::span<const std::int64_t> lengths;         ///< Tokens that each of its rows holds.
  std::span<const std::int64_t> counts;          ///< That the step appends.
  std::span<const tensor::AnyView> states = {};  ///< Its own.
};

class Lanes {
 public:
  explicit Lanes(StackSegment& stack) : stack_(&stack) {}

  /// How many rows there can be of sessions with such states, at most `rows_max`.
  std::int64_t rows_for(std::span<const tensor::AnyView> states, std::int64_t rows_max) const;
  /// Makes so many of them. What was copied for this kind is still there, another's is gone.
  Outcome<Done> make(const LaneKind& kind, std::span<const tensor::AnyView> states,
                     std::int64_t rows);
  /// The lane in which the session's first row was the last time.
  std::optional<std::int64_t> lane_of(SessionId session) const;
  /// Before the step: what the lanes lack of it.
  void bring(const LaneRider& rider);
  /// After it: what it appended. Memory for it was prepared.
  void take_back(const LaneRider& rider);
  /// The session holds no more than these tokens any more.
  void truncate(SessionId session, std::span<const std::int64_t> lengths);
  /// Of the first `rows` lanes: one dense tensor each.
  std::vector<tensor::AnyView> states(std::int64_t rows) const;
  /// Bytes that bring() copied so far.
  std::int64_t brought() const { return brought_; }

 private:
  struct Lane {
    SessionId session = {};
    std::int64_t row = 0;     ///< Of the session.
    std::int64_t tokens = 0;  ///< That are the same here and there.
  };
  static bool is_of(const Lane& lane, const LaneRider& rider, std::size_t row);

  StackSegment* stack_;
  std::optional<StackFrame> frame_;
  LaneKind kind_;
  std::vector<tensor::AnyView> states_;  ///< Of all lanes.
  std::vector<Lane> lanes_;
  std::int64_t brought_ = 0;
};

}  // namespace assay::djinn
