// SPDX-License-Identifier: MIT
#include "djinn/client/channel.h"

namespace assay::djinn {
namespace {

Error error_of(const ErrorMessage& failure) {
  switch (failure.code) {
    case ErrorCode::kOverloaded:
    case ErrorCode::kStateLost:
    case ErrorCode::kDeadline:
    case ErrorCode::kCancelled:
    case ErrorCode::kClosing:
    case ErrorCode::kInternal:
      return Error::environment("{}: {}", to_text(failure.code), failure.message);
    case ErrorCode::kMalformed:
    case ErrorCode::kVersion:
    case ErrorCode::kUnauthorised:
    case ErrorCode::kNotFound:
    case ErrorCode::kInvalid:
    case ErrorCode::kUnsupported:
    case ErrorCode::kTooLarge:
      return Error::user("{}: {}", to_text(failure.code), failure.message);
  }
  ASSAY_CHECK(false, "the switch above is complete");
  return Error::bug("");
}

}  // namespace

Result<std::shared_ptr<Channel>> Channel::open(std::string_view address,
                                               const ConnectOptions& options) {
  ASSAY_TRY(Address parsed, parse_address(address));
  std::shared_ptr<Channel> channel(new Channel(std::move(parsed), options));
  ASSAY_TRY(std::ignore, channel->link());
  return channel;
}

std::optional<Nanoseconds> Channel::retry_after() const {
  const bool is_full = failure_ && failure_->code == ErrorCode::kOverloaded && !is_broken();
  return is_full ? failure_->retry_after : std::nullopt;
}

Result<Link*> Channel::link() {
  failure_.reset();
  if (link_ != nullptr && !link_->is_broken()) return link_.get();
  before_ = counters();
  link_ = nullptr;
  ASSAY_TRY(link_, Link::open(address_, options_));
  ++generation_;
  return link_.get();
}

ByteCounters Channel::counters() const {
  ByteCounters sum = before_;
  if (link_ == nullptr) return sum;
  const ByteCounters now = link_->counters();
  sum.sent += now.sent;
  sum.received += now.received;
  sum.send_calls += now.send_calls;
  sum.receive_calls += now.receive_calls;
  sum.shared_sent += now.shared_sent;
  sum.shared_received += now.shared_received;
  return sum;
}

Result<Frame> Channel::wait(std::uint64_t request, Opcode expected) {
  failure_.reset();
  ASSAY_TRY(Frame frame, link_->wait(request));
  if (frame.header.opcode == expected) return frame;
  if (frame.header.opcode != Opcode::kError) {
    return Error::environment("the server answered {}; expected {}", to_text(frame.header.opcode),
                              to_text(expected));
  }
  ASSAY_TRY(failure_, decode<ErrorMessage>(frame.body.bytes()));
  return error_of(*failure_);
}

}  // namespace assay::djinn
