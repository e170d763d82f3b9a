// SPDX-License-Identifier: MIT
// Prefill and decode on a session whose states are in the device's memory: the steps of one APPEND,
// all of them or none. What fails or is cancelled leaves the session as it was. Between two tokens
// others have their turn; where several sessions of one model decode, their next tokens come out of
// one step (shared_step.h).
#pragma once

#include "djinn/server/executor.h"
#include "djinn/server/lanes.h"
#include "djinn/server/request.h"
#include "engine/runtime/generation.h"

namespace assay::djinn {

/// Steps of decoders, of one session alone and of several together.
struct StepCounts {
  std::atomic<std::int64_t> alone = 0;
  std::atomic<std::int64_t> shared = 0;
  std::atomic<std::int64_t> riders = 0;  ///< Sessions in the shared ones, each counted each time.
};

/// What the work of requests uses. One thread at a time.
struct Desk {
  SessionKeeper* sessions = nullptr;
  ModelTable* models = nullptr;
  ValueTable* values = nullptr;
  Lanes* lanes = nullptr;
  StepCounts* counts = nullptr;
  std::int64_t batch_rows = 1;
};

class AppendWork final : public Job {
 public:
  AppendWork(std::unique_ptr<Request> request, const Desk& desk, OnAnswer on_answer)
      : request_(std::move(request)), desk_(desk), on_answer_(std::move(on_answer)) {}
  /// What is not done is undone.
  ~AppendWork() override;

  void step(std::span<Job* const> others) override;

  // For those who share a step:
  using Tokens = std::vector<std::vector<TokenId>>;
  using Scores = std::vector<std::span<const float>>;
  /// Of a work that has begun and is not done.
  KeptSession& session() const { return *session_; }
  /// What the next step appends.
  const Tokens& next() const { return writing_ ? writing_->next() : prompts_; }
  Lengths counts() const;
  Nanoseconds ready_since() const { return ready_since_; }
  StageClock& clock() const { return request_->clock; }
  /// Memory for the next tokens; where the states are.
  Served<std::vector<tensor::AnyView>> prepare();
  /// What of the time of a step was for this one.
  void add_time(Nanoseconds time) { took_ += time; }
  /// The step is done: the scores of each row's next token, and the outputs they are part of.
  void take(const Served<Scores>& scores, std::shared_ptr<Values> outputs, std::int64_t first_row);
  void step_alone();

 private:
  bool has_begun() const { return session_ != nullptr; }
  bool waits_for_others(std::span<Job* const> others) const;
  void begin();
  Served<Done> check_before_it_begins();
  Served<Done> start_writing();
  Result<runtime::GenerationOptions> generation() const;
  /// Those of `others` whose next token can come out of the same step, this one first.
  std::vector<AppendWork*> companions(std::span<Job* const> others);
  bool may_ride_with(const AppendWork& other) const;
  Served<Scores> run_alone();
  Served<Answer> result();
  void end(const Served<Answer>& answer);
  void tell(Answer answer);

  std::unique_ptr<Request> request_;
  Desk desk_;
  OnAnswer on_answer_;
  AppendMessage message_;
  KeptSession* session_ = nullptr;
  Lengths before_;
  Tokens prompts_;
  std::optional<runtime::Writing> writing_;
  std::shared_ptr<Values> outputs_;  ///< Of the last step, and where in them its rows begin.
  std::int64_t first_row_ = 0;
  Nanoseconds ready_since_{0};
  Nanoseconds took_{0};
  std::optional<Failure> failure_;
};

}  // namespace assay::djinn
