// SPDX-License-Identifier: MIT
// The connection that a client, its models and its sessions share, and what it was told when
// something failed. A broken one is opened anew when the next request needs it.
#pragma once

#include "djinn/client/link.h"
#include "djinn/wire/model_messages.h"
#include "djinn/wire/session_messages.h"

namespace assay::djinn {

/// A decoded answer with its frame, whose payload it refers to.
template <class Message>
struct Answered {
  Message message;
  Frame frame;
};

class Channel {
 public:
  static Result<std::shared_ptr<Channel>> open(std::string_view address,
                                               const ConnectOptions& options);

  /// Opens the connection anew where it broke.
  Result<Link*> link();
  /// Counts the connections there were: a session has to be resumed on each.
  std::uint64_t generation() const { return generation_; }
  const Epoch& epoch() const { return link_->welcome().epoch; }
  bool is_broken() const { return link_ == nullptr || link_->is_broken(); }
  const ConnectOptions& options() const { return options_; }

  /// What the server said of the last request that failed; none where it was the connection.
  const std::optional<ErrorMessage>& failure() const { return failure_; }
  /// Where it was only full: when to ask again.
  std::optional<Nanoseconds> retry_after() const;
  ByteCounters counters() const;

  template <class Answer, class Message>
  Result<Answered<Answer>> ask(const Message& message, const Outgoing& outgoing = {}) {
    ASSAY_TRY(Link* const link, this->link());
    ASSAY_TRY(const std::uint64_t request, link->send(message, outgoing));
    return answer<Answer>(request);
  }
  template <class Answer>
  Result<Answered<Answer>> answer(std::uint64_t request) {
    ASSAY_TRY(Frame frame, wait(request, Answer::kOpcode));
    ASSAY_TRY(Answer message, decode<Answer>(frame.body.bytes()));
    return Answered<Answer>{std::move(message), std::move(frame)};
  }
  /// An error where the server answered one, or something else than `expected`.
  Result<Frame> wait(std::uint64_t request, Opcode expected);

 private:
  Channel(Address address, const ConnectOptions& options)
      : address_(std::move(address)), options_(options) {}

  Address address_;
  ConnectOptions options_;
  std::unique_ptr<Link> link_;
  std::uint64_t generation_ = 0;
  std::optional<ErrorMessage> failure_;
  ByteCounters before_;  ///< Of connections that are gone.
};

}  // namespace assay::djinn
