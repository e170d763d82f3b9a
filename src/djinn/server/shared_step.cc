// SPDX-License-Identifier: MIT
#include "djinn/server/shared_step.h"

#include <algorithm>

#include "djinn/schedule/batching.h"

namespace assay::djinn {
namespace {

/// One session in the step, with what its LaneRider refers to.
struct Rider {
  AppendWork* work = nullptr;
  std::int64_t lane = 0;
  Lengths lengths = {};
  Lengths counts = {};
  std::vector<tensor::AnyView> states = {};

  LaneRider in_lane() const {
    return {.session = work->session().id,
            .lane = lane,
            .lengths = lengths,
            .counts = counts,
            .states = states};
  }
};

void lap_all(std::span<const Rider> riders, Nanoseconds StageTimers::*stage) {
  for (const Rider& rider : riders)
    rider.work->clock().lap(stage);
}

/// The first one counts as the one that waited longest: whoever chose it had a reason.
BatchStep chosen(std::span<AppendWork* const> works, const Lanes& lanes, std::int64_t rows_max) {
  std::vector<BatchCandidate> candidates;
  for (const AppendWork* work : works) {
    const KeptSession& session = work->session();
    if (session.rows > rows_max) continue;
    candidates.push_back({.session = session.id,
                          .rows = session.rows,
                          .since = work == works.front() ? Nanoseconds(0) : work->ready_since(),
                          .row_last = lanes.lane_of(session.id)});
  }
  return next_step(works.front()->ready_since(), candidates, 0, {.rows_max = rows_max});
}

/// Memory for each one's token. Who finds none is told, and the others go without it.
std::vector<Rider> prepared(const BatchStep& step, std::span<AppendWork* const> works) {
  std::vector<Rider> riders;
  for (const BatchEntry& entry : step.entries) {
    const auto at = std::ranges::find(works, entry.session, [](const AppendWork* work) {
      return work->is_done() ? SessionId() : work->session().id;
    });
    ASSAY_CHECK(at != works.end(), "who was chosen was a candidate");
    AppendWork& work = **at;
    work.clock().lap(&StageTimers::queue);
    auto states = work.prepare();
    work.clock().lap(&StageTimers::restore);
    if (!states) {
      work.step_alone();  // Which tells it why.
      continue;
    }
    riders.push_back({.work = &work,
                      .lane = entry.row,
                      .lengths = work.session().lengths,
                      .counts = work.counts(),
                      .states = *std::move(states)});
  }
  return riders;
}

/// The arguments of the whole batch. A lane between two riders appends nothing.
Result<runtime::DecoderStep> step_over(std::span<const Rider> riders, std::int64_t rows,
                                       std::int64_t capacity) {
  AppendWork::Tokens tokens(static_cast<std::size_t>(rows));
  Lengths lengths(static_cast<std::size_t>(rows));
  for (const Rider& rider : riders) {
    for (std::size_t row = 0; row < rider.lengths.size(); ++row) {
      const std::size_t lane = static_cast<std::size_t>(rider.lane) + row;
      tokens[lane] = rider.work->next()[row];
      lengths[lane] = rider.lengths[row];
    }
  }
  return runtime::DecoderStep::create(tokens, lengths, capacity);
}

Served<std::shared_ptr<Values>> run(std::span<const Rider> riders, std::int64_t rows,
                                    const Desk& desk) {
  const KeptSession& first = riders.front().work->session();
  ASSAY_TRY(const runtime::DecoderStep step, step_over(riders, rows, first.capacity));
  lap_all(riders, &StageTimers::bind);
  ASSAY_TRY(const auto executable,
            desk.models->executable(
                *first.model, runtime::decoder_bindings(rows, step.sequence(), first.capacity)));
  lap_all(riders, &StageTimers::plan);
  ASSAY_TRY(auto values, Values::create(executable->signature().outputs));
  const std::vector<tensor::AnyView> outputs = values->views();
  for (const Rider& rider : riders)
    desk.lanes->bring(rider.in_lane());
  lap_all(riders, &StageTimers::bind);
  ASSAY_TRY_VOID(step.run(*executable, desk.lanes->states(rows), outputs));
  for (const Rider& rider : riders)
    desk.lanes->take_back(rider.in_lane());
  lap_all(riders, &StageTimers::execute);
  return values;
}

}  // namespace

AppendWork::Scores scores_of(const Values& outputs, std::int64_t first_row, std::int64_t rows) {
  const tensor::ConstAnyView logits = outputs.view(0);
  const auto vocabulary = static_cast<std::size_t>(logits.type.shape[1]);
  AppendWork::Scores scores;
  for (auto row = static_cast<std::size_t>(first_row);
       row < static_cast<std::size_t>(first_row + rows); ++row) {
    scores.emplace_back(static_cast<const float*>(logits.data) + row * vocabulary, vocabulary);
  }
  return scores;
}

bool share_step(std::span<AppendWork* const> works, const Desk& desk) {
  const auto states = works.front()->prepare();
  if (!states) return false;  // It is told when it steps alone.
  const std::int64_t rows_max = desk.lanes->rows_for(*states, desk.batch_rows);
  if (works.front()->session().rows >= rows_max) return false;
  const BatchStep step = chosen(works, *desk.lanes, rows_max);
  if (step.entries.size() < 2) return false;
  const KeptSession& first = works.front()->session();
  const LaneKind kind{.model = first.model->id, .capacity = first.capacity};
  if (!desk.lanes->make(kind, *states, rows_max)) return false;
  const std::vector<Rider> riders = prepared(step, works);
  if (riders.empty()) return true;
  const Nanoseconds began = riders.front().work->clock().now();
  const auto values = within_memory([&] { return run(riders, step.rows, desk); });
  const Nanoseconds share = (riders.front().work->clock().now() - began) / std::ssize(riders);
  ++desk.counts->shared;
  desk.counts->riders += std::ssize(riders);
  for (const Rider& rider : riders) {
    if (!values) {  // One of them may be to blame: alone each gets what it deserves.
      rider.work->step_alone();
      continue;
    }
    rider.work->add_time(share);
    KeptSession& session = rider.work->session();
    desk.sessions->commit(session, rider.counts);
    rider.work->take(scores_of(**values, rider.lane, session.rows), *values, rider.lane);
  }
  return true;
}

}  // namespace assay::djinn
