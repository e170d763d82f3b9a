// SPDX-License-Identifier: MIT
#include "djinn/server/append_work.h"

#include <algorithm>

namespace assay::djinn {

std::optional<Failure> unwanted(const Request& request, Nanoseconds now) {
  if (request.is_cancelled != nullptr && request.is_cancelled->load()) {
    return Failure(ErrorCode::kCancelled, "cancelled, as was asked; nothing has changed");
  }
  if (request.deadline && *request.deadline <= now) {
    return Failure(ErrorCode::kDeadline, "the time that was given is over; nothing has changed");
  }
  return std::nullopt;
}

AppendWork::Tokens AppendWork::tokens() const {
  Tokens tokens;
  auto next = message_->ids.begin();
  for (const std::uint32_t count : message_->counts) {
    tokens.emplace_back(next, next + count);
    next += count;
  }
  return tokens;
}

Served<AppendWork::Scores> AppendWork::step(const Tokens& tokens) {
  const std::int64_t capacity = session_->capacity;
  ASSAY_TRY(const auto step, runtime::DecoderStep::create(tokens, session_->lengths, capacity));
  request_->clock.lap(&StageTimers::bind);
  ASSAY_TRY(const auto executable,
            models_->executable(*session_->model, runtime::decoder_bindings(
                                                      session_->rows, step.sequence(), capacity)));
  request_->clock.lap(&StageTimers::plan);
  Lengths counts;
  for (const auto& row : tokens)
    counts.push_back(std::ssize(row));
  ASSAY_TRY(const auto states, sessions_->prepare(*session_, counts));
  request_->clock.lap(&StageTimers::restore);
  ASSAY_TRY(outputs_, Values::create(executable->signature().outputs));
  const std::vector<tensor::AnyView> outputs = outputs_->views();
  request_->clock.lap(&StageTimers::bind);
  ASSAY_TRY_VOID(step.run(*executable, states, outputs));
  request_->clock.lap(&StageTimers::execute);
  sessions_->commit(*session_, counts);
  const auto logits = outputs_->view(0);
  const auto vocabulary = static_cast<std::size_t>(logits.type.shape[1]);
  Scores scores;
  for (std::size_t row = 0; row < tokens.size(); ++row)
    scores.emplace_back(static_cast<const float*>(logits.data) + row * vocabulary, vocabulary);
  return scores;
}

Result<runtime::GenerationOptions> AppendWork::generation() const {
  runtime::GenerationOptions options{
      .sampling = {.temperature = 0},
      .tokens_max = message_->generate,
      .stops = {message_->stop_ids.begin(), message_->stop_ids.end()}};
  if (!message_->sampling) return options;
  options.sampling = {.temperature = message_->sampling->temperature,
                      .top_k = static_cast<std::int64_t>(
                          std::min<std::uint64_t>(message_->sampling->top_k, INT32_MAX)),
                      .top_p = message_->sampling->top_p};
  options.seed = message_->sampling->seed;
  ASSAY_TRY_VOID(check_sampling_options(options.sampling));
  return options;
}

bool AppendWork::is_unwanted() {
  failure_ = unwanted(*request_, request_->clock.now());
  return failure_.has_value();
}

Served<Done> AppendWork::generate(const Tokens& prompts) {
  ASSAY_TRY(const runtime::GenerationOptions options, generation());
  const runtime::AppendTokens append =
      [&](const Tokens& tokens) -> Result<std::vector<std::span<const float>>> {
    auto scores = step(tokens);
    if (scores) return *std::move(scores);
    failure_ = scores.error();
    return Error::environment("{}", failure_->message);
  };
  const runtime::OnToken on_token = [&](std::int64_t, TokenId) {
    request_->clock.lap(&StageTimers::output);
    return !is_unwanted();
  };
  auto generated = runtime::generate(append, prompts, options, on_token);
  if (failure_) return *failure_;
  if (!generated) return generated.error();
  generated_ = *std::move(generated);
  return Done{};
}

Served<Done> AppendWork::run() {
  const Tokens prompts = tokens();
  if (message_->generate > 0) return generate(prompts);
  ASSAY_TRY(std::ignore, step(prompts));
  return Done{};
}

}  // namespace assay::djinn
