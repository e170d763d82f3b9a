// SPDX-License-Identifier: MIT
#include "djinn/client/session.h"

#include <thread>

namespace assay::djinn {

tensor::ConstAnyView Received::view(std::size_t index) const {
  auto view = view_of(records_[index], payload_.bytes());
  ASSAY_CHECK(view.has_value(), "what was received was checked");
  return *view;
}

Result<Received> received(std::vector<TensorRecord> records, Buffer payload) {
  ASSAY_TRY(std::ignore, views_of(records, payload.bytes()));
  return Received(std::move(records), std::move(payload));
}

Session::Session(std::shared_ptr<Channel> channel, std::int64_t rows, const VerdictMessage& verdict)
    : channel_(std::move(channel)),
      rows_(rows),
      handle_(verdict.session),
      capability_(verdict.capability),
      reserved_bytes_(verdict.reserved_bytes),
      epoch_(channel_->epoch()),
      generation_(channel_->generation()) {}

Session::~Session() {
  const bool is_attached =
      channel_ != nullptr && !channel_->is_broken() && generation_ == channel_->generation();
  if (is_open_ && is_attached) std::ignore = close();
}

Result<Session> Session::open(std::shared_ptr<Channel> channel, const ModelId& model,
                              const SessionOptions& options) {
  if (options.rows < 1 || options.rows > std::int64_t{kRowsMax} || options.capacity < 1) {
    return Error::user(
        "a session of {} rows of {} tokens: both must be positive, and rows at most "
        "{}",
        options.rows, options.capacity, kRowsMax);
  }
  ASSAY_TRY(Link* const link, channel->link());
  ASSAY_TRY(
      const std::uint64_t request,
      link->send(OpenSessionMessage{.model = model,
                                    .rows = static_cast<std::uint32_t>(options.rows),
                                    .tokens_max = static_cast<std::uint64_t>(options.capacity),
                                    .qos = options.qos,
                                    .may_queue = options.may_queue}));
  while (true) {
    ASSAY_TRY(const auto verdict, channel->answer<VerdictMessage>(request));
    switch (verdict.message.admission) {
      case Admission::kQueued:
        continue;  // The next verdict comes when there is room.
      case Admission::kAdmitted:
        return Session(std::move(channel), options.rows, verdict.message);
      case Admission::kRejected:
        return Error::environment("no session: {}", verdict.message.reason);
    }
  }
}

Result<void> Session::resume_if_needed() {
  ASSAY_TRY(std::ignore, channel_->link());
  if (generation_ == channel_->generation()) return {};
  if (epoch_ != channel_->epoch()) {
    return Error::environment("state lost: the server started anew, and what it held is gone");
  }
  ASSAY_TRY(const auto resumed,
            channel_->ask<ResumedSessionMessage>(ResumeSessionMessage{capability_}));
  handle_ = resumed.message.session;
  generation_ = channel_->generation();
  return {};
}

bool Session::is_worth_another(int attempt) const {
  return channel_->is_broken() && attempt < channel_->options().reconnects_max;
}

Result<AppendResult> Session::append_once(const AppendMessage& message,
                                          const std::optional<Nanoseconds>& deadline) {
  ASSAY_TRY_VOID(resume_if_needed());
  ASSAY_TRY(auto answered,
            channel_->ask<AppendResultMessage>(
                message, {.stream = handle_.index + 1, .session = handle_, .deadline = deadline}));
  AppendResultMessage& answer = answered.message;
  if (std::ssize(answer.counts) != rows_) {
    return Error::environment("the server answered for {} rows of {}", answer.counts.size(), rows_);
  }
  AppendResult result{.generated = {},
                      .outputs = {},
                      .handle = answer.handle,
                      .tokens_held = answer.tokens_held,
                      .timers = answer.timers};
  auto next = answer.ids.begin();
  for (const std::uint32_t count : answer.counts) {
    result.generated.emplace_back(next, next + count);
    next += count;
  }
  ASSAY_TRY(result.outputs, received(std::move(answer.outputs), std::move(answered.frame.payload)));
  return result;
}

Result<AppendResult> Session::append(const RowTokens& tokens, const AppendOptions& options) {
  if (!is_open_) return Error::user("the session is closed");
  AppendMessage message{.sequence = sequence_ + 1,
                        .counts = {},
                        .ids = {},
                        .generate = options.generate,
                        .policy = options.policy,
                        .sampling = options.sampling,
                        .stop_ids = options.stop_ids,
                        .starts_anew = options.starts_anew};
  for (const std::vector<TokenId>& row : tokens) {
    message.counts.push_back(static_cast<std::uint32_t>(row.size()));
    message.ids.insert(message.ids.end(), row.begin(), row.end());
  }
  ASSAY_TRY_VOID(message.check());
  Nanoseconds waited{0};
  for (int attempt = 0;;) {
    auto result = append_once(message, options.deadline);
    if (result) sequence_ = message.sequence;
    if (result) return result;
    const auto wait = channel_->retry_after();
    if (wait && waited + *wait <= channel_->options().overload_max) {
      std::this_thread::sleep_for(*wait);
      waited += *wait;
    } else if (!is_worth_another(attempt++)) {
      return result;
    }
  }
}

Result<AppendResult> Session::prefill(const RowTokens& prompts, OutputPolicy policy) {
  return append(prompts, {.policy = policy});
}

Result<AppendResult> Session::decode(const RowTokens& tokens, std::uint32_t generate) {
  return append(tokens, {.generate = generate});
}

Result<void> Session::signal_phase(std::string_view phase, std::optional<Nanoseconds> estimate) {
  SignalPhaseMessage message{.phase = Phase::kIoWait, .estimate = estimate};
  if (phase == to_text(Phase::kCompute)) message.phase = Phase::kCompute;
  if (phase != to_text(message.phase)) {
    return Error::user("phase {}; expected {} or {}", phase, to_text(Phase::kIoWait),
                       to_text(Phase::kCompute));
  }
  for (int attempt = 0;; ++attempt) {
    const auto done = [&]() -> Result<void> {
      ASSAY_TRY_VOID(resume_if_needed());
      ASSAY_TRY(std::ignore, channel_->ask<DoneMessage>(message, {.session = handle_}));
      return {};
    }();
    if (done || !is_worth_another(attempt)) return done;
  }
}

Result<void> Session::close() {
  if (!is_open_) return {};
  ASSAY_TRY_VOID(resume_if_needed());
  ASSAY_TRY(std::ignore,
            channel_->ask<DoneMessage>(CloseSessionMessage(),
                                       {.stream = handle_.index + 1, .session = handle_}));
  is_open_ = false;
  return {};
}

}  // namespace assay::djinn
