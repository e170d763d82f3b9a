// SPDX-License-Identifier: MIT
#include "djinn/schedule/batching.h"

#include <algorithm>

#include "core/check.h"

namespace assay::djinn {
namespace {

using Candidates = std::vector<const BatchCandidate*>;

bool is_decode(const BatchCandidate& candidate) {
  return candidate.tokens == 1;
}

/// Those that could go with the first of the kind, the longest waiting first.
Candidates group_of(std::span<const BatchCandidate> candidates, bool decodes) {
  Candidates group;
  for (const BatchCandidate& candidate : candidates) {
    if (is_decode(candidate) == decodes) group.push_back(&candidate);
  }
  std::ranges::stable_sort(group, {}, &BatchCandidate::since);
  if (!group.empty()) {
    const std::uint64_t model = group.front()->model;
    std::erase_if(group, [&](const BatchCandidate* one) { return one->model != model; });
  }
  return group;
}

/// As many of the line as there are rows for. One that is too wide lets narrower ones pass: it is
/// first in line again the next time, and then it fits.
Candidates fitting(const Candidates& group, std::int64_t rows_max) {
  Candidates chosen;
  std::int64_t rows = 0;
  for (const BatchCandidate* candidate : group) {
    if (rows + candidate->rows > rows_max) continue;
    rows += candidate->rows;
    chosen.push_back(candidate);
  }
  return chosen;
}

class Rows {
 public:
  explicit Rows(std::int64_t count) : taken_(static_cast<std::size_t>(count)) {}

  bool take_at(std::int64_t first, std::int64_t count) {
    if (first < 0 || first + count > std::ssize(taken_)) return false;
    const auto begin = taken_.begin() + first;
    if (std::any_of(begin, begin + count, [](bool taken) { return taken; })) return false;
    std::fill_n(begin, count, true);
    return true;
  }
  std::optional<std::int64_t> take(std::int64_t count) {
    for (std::int64_t first = 0; first + count <= std::ssize(taken_); ++first) {
      if (take_at(first, count)) return first;
    }
    return std::nullopt;
  }

 private:
  std::vector<bool> taken_;
};

/// Rows beside one another for everybody. Keeping everybody where it was may leave holes that are
/// too narrow for the rest, and rows beyond the last that the step would calculate for nothing:
/// then all move up.
std::vector<std::int64_t> assign_rows(const Candidates& chosen) {
  std::int64_t needed = 0;
  for (const BatchCandidate* candidate : chosen)
    needed += candidate->rows;
  std::vector<std::int64_t> rows(chosen.size(), -1);
  Rows kept(needed);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const auto& last = chosen[i]->row_last;
    if (last && kept.take_at(*last, chosen[i]->rows)) rows[i] = *last;
  }
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (rows[i] >= 0) continue;
    const auto row = kept.take(chosen[i]->rows);
    if (!row) {
      std::int64_t next = 0;
      for (std::size_t k = 0; k < chosen.size(); ++k) {
        rows[k] = next;
        next += chosen[k]->rows;
      }
      return rows;
    }
    rows[i] = *row;
  }
  return rows;
}

BatchStep step_of(const Candidates& chosen, const BatchOptions& options) {
  BatchStep step{.model = chosen.front()->model, .entries = {}, .wait_until = {}};
  const std::vector<std::int64_t> rows = assign_rows(chosen);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const std::int64_t tokens = std::min(chosen[i]->tokens, options.prefill_tokens_max);
    step.entries.push_back({.session = chosen[i]->session, .row = rows[i], .tokens = tokens});
    step.rows = std::max(step.rows, rows[i] + chosen[i]->rows);
    step.sequence = std::max(step.sequence, tokens);
  }
  return step;
}

}  // namespace

BatchStep next_step(Nanoseconds now, std::span<const BatchCandidate> candidates,
                    std::int64_t may_join, const BatchOptions& options) {
  for (const BatchCandidate& candidate : candidates) {
    ASSAY_CHECK(candidate.rows >= 1 && candidate.rows <= options.rows_max, "a session has rows");
    ASSAY_CHECK_GE(candidate.tokens, 1, "a candidate has something to append");
  }
  const Candidates decodes = group_of(candidates, true);
  const Candidates prefills = group_of(candidates, false);
  if (decodes.empty() && prefills.empty()) return {};
  const bool prefill_is_due =
      !prefills.empty() &&
      (decodes.empty() || now - prefills.front()->since >= options.prefill_wait);
  const bool is_turn_of_prefills =
      prefill_is_due && (decodes.empty() || prefills.front()->since <= decodes.front()->since);
  if (is_turn_of_prefills) return step_of(fitting(prefills, options.rows_max), options);
  const Candidates chosen = fitting(decodes, options.rows_max);
  std::int64_t rows = 0;
  for (const BatchCandidate* candidate : chosen)
    rows += candidate->rows;
  const Nanoseconds join_until = decodes.front()->since + options.join_wait;
  if (rows < options.rows_max && may_join > 0 && now < join_until) {
    BatchStep wait;
    wait.wait_until = join_until;
    return wait;
  }
  return step_of(chosen, options);
}

}  // namespace assay::djinn
