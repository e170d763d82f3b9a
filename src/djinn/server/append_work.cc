// SPDX-License-Identifier: MIT
#include "djinn/server/append_work.h"

#include <algorithm>

#include "djinn/server/shared_step.h"

namespace assay::djinn {
namespace {

AppendWork::Tokens tokens_of(const AppendMessage& message) {
  AppendWork::Tokens tokens;
  auto next = message.ids.begin();
  for (const std::uint32_t count : message.counts) {
    tokens.emplace_back(next, next + count);
    next += count;
  }
  return tokens;
}

Lengths counts_of(const AppendWork::Tokens& tokens) {
  Lengths counts;
  for (const auto& row : tokens)
    counts.push_back(std::ssize(row));
  return counts;
}

/// What a session can be asked for, before anything runs.
Served<Done> check_append_policy(const AppendMessage& message) {
  if (message.generate == 0 || message.policy != OutputPolicy::kAll) return Done{};
  return Failure(ErrorCode::kInvalid,
                 "all logits of generated tokens: append with generate 0, or ask for last_logits");
}

Served<Done> check_outputs(const AppendMessage& message, const ServedModel& model) {
  const bool one_each =
      std::ranges::all_of(message.counts, [](std::uint32_t count) { return count <= 1; });
  if (message.policy != OutputPolicy::kAll || one_each || model.graph.outputs().size() > 1) {
    return Done{};
  }
  return Failure::because(ErrorCode::kUnsupported,
                          "model {} gives the last logits only: build it to give all, or ask for "
                          "last_logits",
                          model.name);
}

AppendResultMessage result_of(const AppendMessage& message, const KeptSession& session,
                              const std::vector<std::vector<TokenId>>& generated) {
  AppendResultMessage result{
      .sequence = message.sequence,
      .tokens_held = static_cast<std::uint64_t>(std::ranges::max(session.lengths)),
      .counts = std::vector<std::uint32_t>(session.lengths.size())};
  for (std::size_t row = 0; row < generated.size(); ++row) {
    const auto& ids = generated[row];
    result.counts[row] = static_cast<std::uint32_t>(ids.size());
    result.ids.insert(result.ids.end(), ids.begin(), ids.end());
  }
  return result;
}

bool travels(OutputPolicy policy) {
  return policy != OutputPolicy::kNone && policy != OutputPolicy::kIds;
}

}  // namespace

AppendWork::~AppendWork() {
  if (has_begun()) desk_.sessions->end(*session_, before_);
}

Lengths AppendWork::counts() const {
  return counts_of(next());
}

void AppendWork::tell(Answer answer) {
  set_done();
  count_step();
  on_answer_(std::move(answer), took_);
}

void AppendWork::end(const Served<Answer>& answer) {
  if (!answer) desk_.lanes->truncate(session_->id, before_);
  desk_.sessions->end(*std::exchange(session_, nullptr),
                      answer ? std::nullopt : std::optional(before_));
  tell(answer ? *answer : Answer::of(answer.error()));
}

Served<Done> AppendWork::check_before_it_begins() {
  if (const auto failure = unwanted(*request_, clock().now())) return *failure;
  auto message = decode<AppendMessage>(request_->frame.body.bytes());
  if (!message) return Failure(ErrorCode::kMalformed, message.error().to_string());
  message_ = *std::move(message);
  return check_append_policy(message_);
}

void AppendWork::begin() {
  clock().lap(&StageTimers::queue);
  const SessionHandle handle = request_->frame.header.session;
  const auto checked = within_memory([&] { return check_before_it_begins(); });
  if (!checked) {
    desk_.sessions->withdraw(request_->connection, handle);
    return tell(Answer::of(checked.error()));
  }
  const auto session = desk_.sessions->begin(request_->connection, handle);
  if (!session) return tell(Answer::of(session.error()));
  session_ = *session;
  before_ = session_->lengths;
  ready_since_ = clock().now();
  clock().lap(&StageTimers::restore);
  if (message_.sequence == session_->sequence && session_->last) return end(*session_->last);
  const auto started = within_memory([&] { return start_writing(); });
  if (!started) end(started.error());
}

Served<Done> AppendWork::start_writing() {
  if (message_.sequence != session_->sequence + 1) {
    return Failure::because(ErrorCode::kInvalid,
                            "request {} of the session; expected {}: they come in order",
                            message_.sequence, session_->sequence + 1);
  }
  ASSAY_TRY_VOID(check_outputs(message_, *session_->model));
  prompts_ = tokens_of(message_);
  if (message_.starts_anew) {
    desk_.sessions->clear(*session_);
    before_ = session_->lengths;
    desk_.lanes->truncate(session_->id, before_);
  }
  if (message_.generate == 0) return Done{};
  ASSAY_TRY(const runtime::GenerationOptions options, generation());
  ASSAY_TRY(writing_, runtime::Writing::create(prompts_, options));
  return Done{};
}

Result<runtime::GenerationOptions> AppendWork::generation() const {
  runtime::GenerationOptions options{.sampling = {.temperature = 0},
                                     .tokens_max = message_.generate,
                                     .stops = {message_.stop_ids.begin(), message_.stop_ids.end()}};
  if (!message_.sampling) return options;
  options.sampling = {.temperature = message_.sampling->temperature,
                      .top_k = static_cast<std::int64_t>(
                          std::min<std::uint64_t>(message_.sampling->top_k, INT32_MAX)),
                      .top_p = message_.sampling->top_p};
  options.seed = message_.sampling->seed;
  return options;
}

/// Where the device is too small for all who would compute, whoever computes goes first.
bool AppendWork::waits_for_others(std::span<Job* const> others) const {
  const bool is_alone = std::ranges::none_of(others, [](const Job* other) {
    const auto* work = dynamic_cast<const AppendWork*>(other);
    return work != nullptr && work->has_begun();
  });
  return !is_alone && desk_.sessions->has_to_wait(request_->frame.header.session);
}

void AppendWork::step(std::span<Job* const> others) {
  if (!has_begun()) {
    if (waits_for_others(others)) return;
    begin();
    if (is_done()) return;
  }
  const std::vector<AppendWork*> together = companions(others);
  if (together.size() < 2 || !share_step(together, desk_)) step_alone();
}

bool AppendWork::may_ride_with(const AppendWork& other) const {
  const auto is_decode = [](const AppendWork& work) {
    const Lengths counts = work.counts();
    return std::ranges::max(counts) == 1;
  };
  return session_->model == other.session_->model &&
         session_->capacity == other.session_->capacity && is_decode(*this) && is_decode(other);
}

std::vector<AppendWork*> AppendWork::companions(std::span<Job* const> others) {
  std::vector<AppendWork*> together{this};
  if (desk_.batch_rows < 2 || !may_ride_with(*this)) return together;
  for (Job* const other : others) {
    auto* const work = dynamic_cast<AppendWork*>(other);
    if (work == nullptr || work->is_done()) continue;
    const bool has_to_wait =
        !work->has_begun() && desk_.sessions->has_to_wait(work->request_->frame.header.session);
    if (has_to_wait) continue;
    if (!work->has_begun()) work->begin();
    if (!work->is_done() && may_ride_with(*work)) together.push_back(work);
  }
  return together;
}

Served<std::vector<tensor::AnyView>> AppendWork::prepare() {
  return desk_.sessions->prepare(*session_, counts());
}

void AppendWork::step_alone() {
  clock().lap(&StageTimers::queue);
  const Nanoseconds began = clock().now();
  const Served<Scores> scores = within_memory([&] { return run_alone(); });
  add_time(clock().now() - began);
  ++desk_.counts->alone;
  take(scores, std::move(outputs_), 0);
}

Served<AppendWork::Scores> AppendWork::run_alone() {
  const Tokens& tokens = next();
  const std::int64_t capacity = session_->capacity;
  ASSAY_TRY(const auto step, runtime::DecoderStep::create(tokens, session_->lengths, capacity));
  clock().lap(&StageTimers::bind);
  ASSAY_TRY(
      const auto executable,
      desk_.models->executable(
          *session_->model, runtime::decoder_bindings(session_->rows, step.sequence(), capacity)));
  clock().lap(&StageTimers::plan);
  ASSAY_TRY(const auto states, prepare());
  clock().lap(&StageTimers::restore);
  ASSAY_TRY(outputs_, Values::create(executable->signature().outputs));
  const std::vector<tensor::AnyView> outputs = outputs_->views();
  clock().lap(&StageTimers::bind);
  ASSAY_TRY_VOID(step.run(*executable, states, outputs));
  clock().lap(&StageTimers::execute);
  desk_.sessions->commit(*session_, counts());
  return scores_of(*outputs_, 0, session_->rows);
}

void AppendWork::take(const Served<Scores>& scores, std::shared_ptr<Values> outputs,
                      std::int64_t first_row) {
  count_step();
  if (!scores) return end(scores.error());
  outputs_ = std::move(outputs);
  first_row_ = first_row;
  if (writing_) {
    const auto goes_on = writing_->take(*scores, [&](std::int64_t, TokenId) {
      clock().lap(&StageTimers::output);
      failure_ = unwanted(*request_, clock().now());
      return !failure_;
    });
    if (failure_) return end(*failure_);
    if (!goes_on) return end(goes_on.error());
    ready_since_ = clock().now();
    if (*goes_on) return;
  }
  end(within_memory([&] { return result(); }));
}

Served<Answer> AppendWork::result() {
  if (const auto failure = unwanted(*request_, clock().now())) return *failure;
  const bool is_shared = outputs_->view(0).type.shape[0] != session_->rows;
  if (travels(message_.policy) && is_shared) {
    ASSAY_TRY(outputs_, outputs_->rows_of(first_row_, session_->rows));
  }
  const auto generated = writing_ ? writing_->answers() : std::vector<std::vector<TokenId>>();
  ASSAY_TRY(Answer answer,
            answer_with(result_of(message_, *session_, generated), outputs_, message_.policy,
                        request_->connection, *desk_.values, clock()));
  desk_.sessions->remember(*session_, message_.sequence, answer, took_);
  return answer;
}

}  // namespace assay::djinn
