// SPDX-License-Identifier: MIT
// Which sessions' tokens go into the next step of one model. A step runs rows of one sequence
// length, so decodes (one token a row) go together and prefills (pieces of a prompt) go together:
// one long row among decodes would make every row as long. A session takes as many rows as it has,
// beside one another, the same ones as in the last step where that can be, so that nothing has to
// move. The decision is a function of what waits; it remembers nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/units.h"
#include "djinn/memory/session_id.h"

namespace assay::djinn {

struct BatchCandidate {
  SessionId session;
  std::uint64_t model = 0;  ///< Sessions of different models, or capacities, never meet.
  std::int64_t rows = 1;
  std::int64_t tokens = 1;  ///< Of its longest row that wait to be appended; 1: a decode.
  Nanoseconds since{0};     ///< Since when.
  std::optional<std::int64_t> row_last = {};  ///< Where its rows began in the last step.
};

struct BatchOptions {
  std::int64_t rows_max = 8;
  std::int64_t prefill_tokens_max = 128;  ///< Of a row in one step; longer prompts come in pieces.
  /// A decode waits so long at most for others to join it; 0: never.
  Nanoseconds join_wait{0};
  /// A prefill waits so long at most behind decodes, which go first.
  Nanoseconds prefill_wait{20'000'000};
};

struct BatchEntry {
  SessionId session;
  std::int64_t row = 0;     ///< Its first.
  std::int64_t tokens = 1;  ///< Of it in this step.
  bool operator==(const BatchEntry&) const = default;
};

/// Either entries, or a time to ask again, or (when nothing waits) neither.
struct BatchStep {
  std::uint64_t model = 0;
  std::int64_t rows = 0;      ///< One past the last that is used.
  std::int64_t sequence = 0;  ///< Tokens of the longest row.
  std::vector<BatchEntry> entries;
  std::optional<Nanoseconds> wait_until;
};

/// `may_join`: sessions that compute and may bring a decode soon; with none of them nobody waits.
/// Checked: a candidate has 1 to rows_max rows, and at least a token.
BatchStep next_step(Nanoseconds now, std::span<const BatchCandidate> candidates,
                    std::int64_t may_join, const BatchOptions& options);

}  // namespace assay::djinn
