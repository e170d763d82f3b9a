// SPDX-License-Identifier: MIT
// A decoder on the server with the keys and values of its rows. A request whose connection breaks
// is asked again over a new one: the server remembers what it did, so that nothing is done twice.
//
//   ASSAY_TRY(Session session, model.open_session({.rows = 1, .capacity = 1024}));
//   ASSAY_TRY(auto first, session.prefill({prompt}));           // Logits of the next token.
//   ASSAY_TRY(auto written, session.decode({{token}}, 32));     // Ids of the next 32.
//   session.signal_phase("IO_WAIT", 800ms);                     // A tool runs meanwhile.
#pragma once

#include <string_view>

#include "djinn/client/channel.h"

namespace assay::djinn {

/// Tensors of an answer, in the memory in which they arrived.
class Received {
 public:
  Received() = default;
  Received(std::vector<TensorRecord> records, Buffer payload)
      : records_(std::move(records)), payload_(std::move(payload)) {}

  std::size_t count() const { return records_.size(); }
  const std::string& name(std::size_t index) const { return records_[index].name; }
  /// Checked: it lies in the payload, as was found when it arrived.
  tensor::ConstAnyView view(std::size_t index) const;

 private:
  std::vector<TensorRecord> records_;
  Buffer payload_;
};
/// An error where what came does not fit together.
Result<Received> received(std::vector<TensorRecord> records, Buffer payload);

struct SessionOptions {
  std::int64_t rows = 1;
  std::int64_t capacity = 1024;  ///< Tokens of a row: what the server reserves.
  QosClass qos = QosClass::kInteractive;
  bool may_queue = true;  ///< Wait for room; else a full server refuses at once.
};

struct AppendOptions {
  std::uint32_t generate = 0;  ///< Tokens of every row, after those that are given.
  OutputPolicy policy = OutputPolicy::kIds;
  std::optional<Sampling> sampling = {};  ///< None: always the best.
  std::vector<TokenId> stop_ids = {};
  std::optional<Nanoseconds> deadline = {};
  /// The session forgets first what it holds: the tokens are its first ones.
  bool starts_anew = false;
};

struct AppendResult {
  std::vector<std::vector<TokenId>> generated;  ///< Of every row.
  Received outputs;
  ValueHandle handle = 0;
  std::uint64_t tokens_held = 0;  ///< Of the longest row.
  StageTimers timers;             ///< The server's.
};

using RowTokens = std::vector<std::vector<TokenId>>;

class Session {
 public:
  static Result<Session> open(std::shared_ptr<Channel> channel, const ModelId& model,
                              const SessionOptions& options);
  Session(Session&&) noexcept = default;
  Session& operator=(Session&&) = delete;
  /// Closes it, if the connection is there; else its lease ends by itself.
  ~Session();

  /// Tokens for every row, none for a row that waits.
  Result<AppendResult> append(const RowTokens& tokens, const AppendOptions& options);
  /// Logits of each row's next token.
  Result<AppendResult> prefill(const RowTokens& prompts, OutputPolicy policy = OutputPolicy::kLast);
  /// So many generated tokens of each row; the last one is not in the session yet.
  Result<AppendResult> decode(const RowTokens& tokens, std::uint32_t generate);
  /// "IO_WAIT" or "COMPUTE", with how long it will last for all one knows.
  Result<void> signal_phase(std::string_view phase, std::optional<Nanoseconds> estimate = {});
  Result<void> close();

  const Capability& capability() const { return capability_; }
  std::uint64_t reserved_bytes() const { return reserved_bytes_; }

 private:
  Session(std::shared_ptr<Channel> channel, std::int64_t rows, const VerdictMessage& verdict);
  Result<void> resume_if_needed();
  Result<AppendResult> append_once(const AppendMessage& message,
                                   const std::optional<Nanoseconds>& deadline);
  /// Whether it is worth to ask again.
  bool is_worth_another(int attempt) const;

  std::shared_ptr<Channel> channel_;
  std::int64_t rows_;
  SessionHandle handle_;
  Capability capability_;
  std::uint64_t reserved_bytes_;
  Epoch epoch_;
  std::uint64_t generation_;
  std::uint64_t sequence_ = 0;  ///< Of the last request that was done.
  bool is_open_ = true;
};

}  // namespace assay::djinn
