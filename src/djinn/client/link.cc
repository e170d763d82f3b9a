// SPDX-License-Identifier: MIT
#include "djinn/client/link.h"

#include <algorithm>
#include <thread>

#include "djinn/transport/tls.h"

namespace assay::djinn {
namespace {

/// How often a sender that finds no room looks for answers, which make some.
constexpr Nanoseconds kLook = 10ms;

SpinPolicy usual_spin() {
  // One core computes; a second one may wait.
  return spin_policy(1, static_cast<int>(std::thread::hardware_concurrency()));
}

Result<std::unique_ptr<Stream>> tls_over(std::unique_ptr<SocketStream> socket,
                                         const Address& address, const ConnectOptions& options) {
  if (options.authority.empty()) {
    return Error::user("{}: expected the file of an authority that vouches for the server",
                       to_text(address));
  }
  ASSAY_TRY(const TlsContext tls, TlsContext::for_client(options.authority));
  return tls.connect(std::move(socket), std::get<TcpAddress>(address).host);
}

}  // namespace

Link::Link(std::unique_ptr<Stream> stream, const ConnectOptions& options)
    : stream_(std::move(stream)),
      options_(options),
      spin_(options.spin ? *options.spin : usual_spin()) {}

Result<std::unique_ptr<Link>> Link::open(const Address& address, const ConnectOptions& options) {
  ASSAY_TRY(auto socket, connect_to(address, options.connect_max));
  const auto* tcp = std::get_if<TcpAddress>(&address);
  const bool may_share = tcp == nullptr && options.shares_memory;
  SocketStream* const shares = may_share ? socket.get() : nullptr;
  std::unique_ptr<Stream> stream;
  if (tcp != nullptr && tcp->has_tls) {
    ASSAY_TRY(stream, tls_over(std::move(socket), address, options));
  } else {
    stream = std::move(socket);
  }
  std::unique_ptr<Link> link(new Link(std::move(stream), options));
  ASSAY_TRY_VOID(link->greet(shares).context("greeting the server at {}", to_text(address)));
  return link;
}

Result<void> Link::greet(SocketStream* socket) {
  welcome_.ops_max = 1;  // Until the server says otherwise.
  if (socket != nullptr) socket->keep_descriptors(true);
  const std::uint64_t wanted = (options_.has_checksums ? std::uint64_t{kFeatureChecksums} : 0) |
                               (options_.copies_payloads ? std::uint64_t{kFeatureCopies} : 0) |
                               (socket != nullptr ? std::uint64_t{kFeatureSharedRing} : 0);
  const HelloMessage hello{.version_min = kVersionMin,
                           .version_max = kVersionMax,
                           .features_wanted = wanted,
                           .client = options_.client,
                           .tenant = options_.tenant,
                           .token = options_.token};
  ASSAY_TRY(const std::uint64_t request, send(hello));
  ASSAY_TRY(const Frame frame, wait(request));
  if (frame.header.opcode == Opcode::kError) {
    ASSAY_TRY(const ErrorMessage error, decode<ErrorMessage>(frame.body.bytes()));
    return Error::user("the server refused: {}: {}", to_text(error.code), error.message);
  }
  ASSAY_TRY(welcome_, decode<WelcomeMessage>(frame.body.bytes()));
  reader_.greeted();
  if (socket == nullptr) return {};
  socket->keep_descriptors(false);
  std::vector<Descriptor> descriptors = socket->take_descriptors();
  if ((welcome_.features & kFeatureSharedRing) == 0) return {};
  ASSAY_TRY(RingParts parts, rings_from(std::move(descriptors), welcome_.ring_bytes));
  sender_.use(ring_.emplace(RingSide::kClient, std::move(parts)));
  return {};
}

Error Link::broken(Error error) {
  is_broken_ = true;
  return error;
}

void Link::break_off() {
  is_broken_ = true;
  std::ignore = stream_->finish_sending();
}

Result<void> Link::take_frames() {
  while (true) {
    auto frame = reader_.next();
    if (!frame) return broken(frame.error());
    if (!*frame) return {};
    if (const auto fetched = fetch_payload(**frame, ring_ ? &*ring_ : nullptr); !fetched) {
      return broken(fetched.error());
    }
    const std::uint64_t request = (*frame)->header.request;
    const auto at = under_way_.find(request);
    if (at != under_way_.end() && (*frame)->header.credit_ops > 0) {
      bytes_under_way_ -= at->second;
      under_way_.erase(at);
    }
    if (has_feature(kFeatureCopies)) {
      (*frame)->payload = Buffer::copy_of(std::as_const((*frame)->payload).bytes());
    }
    answers_.emplace(request, std::move(**frame));
  }
}

Result<void> Link::receive_some(Nanoseconds wait) {
  auto moved = receive_waiting(*stream_, reader_.space(), spin_, wait);
  if (!moved) return broken(moved.error());
  if (moved->state == MovedState::kEnded) {
    return broken(Error::environment("the server closed the connection"));
  }
  reader_.commit(moved->bytes);
  return take_frames();
}

Result<void> Link::send_all() {
  while (true) {
    const auto sent = sender_.flush(*stream_);
    if (!sent) return broken(sent.error());
    if (*sent) return {};
    // Answers that nobody takes would keep the server from reading.
    const auto moved = stream_->receive(reader_.space());
    if (!moved) return broken(moved.error());
    if (moved->state == MovedState::kEnded) {
      return broken(Error::environment("the server closed the connection"));
    }
    if (moved->state == MovedState::kMoved) {
      reader_.commit(moved->bytes);
      ASSAY_TRY_VOID(take_frames());
      continue;
    }
    ASSAY_TRY_VOID(wait_to_send());
  }
}

/// Not for ever: what makes room may be an answer that this end has to take.
Result<void> Link::wait_to_send() {
  if (!stream_->may_sleep(Direction::kSend) || !stream_->may_sleep(Direction::kReceive)) return {};
  const auto what = stream_->waits_for_writable() ? Direction::kSend : Direction::kReceive;
  ASSAY_TRY(std::ignore, wait_for_descriptor(stream_->descriptor(), what, kLook));
  return {};
}

Result<void> Link::wait_for_credit(std::int64_t bytes) {
  const auto has_credit = [&] {
    if (under_way_.empty()) return true;  // What is larger than all credit goes alone.
    return under_way_.size() < welcome_.ops_max &&
           bytes_under_way_ + bytes <= std::int64_t{welcome_.bytes_max};
  };
  while (!has_credit())
    ASSAY_TRY_VOID(receive_some(options_.answer_max));
  return {};
}

Result<std::uint64_t> Link::send_frame(Opcode opcode, std::vector<std::byte> body,
                                       const Outgoing& outgoing) {
  if (is_broken_) return Error::environment("the connection to the server is broken");
  std::int64_t size = std::ssize(body);
  for (const Part& part : outgoing.payload)
    size += std::ssize(part);
  if (body.size() > limits_of(opcode).body_max) {
    return Error::user("{} of {} bytes; the wire carries {}", to_text(opcode), body.size(),
                       limits_of(opcode).body_max);
  }
  if (size - std::ssize(body) > std::int64_t{limits_of(opcode).payload_max}) {
    return Error::user("a payload of {} bytes; {} carries {}", size - std::ssize(body),
                       to_text(opcode), limits_of(opcode).payload_max);
  }
  ASSAY_TRY_VOID(wait_for_credit(size));
  const std::uint64_t request = ++request_last_;
  under_way_[request] = size;
  bytes_under_way_ += size;
  const FrameHeader header{.opcode = opcode,
                           .is_checked = has_feature(kFeatureChecksums),
                           .stream = outgoing.stream,
                           .request = request,
                           .session = outgoing.session,
                           .deadline = outgoing.deadline};
  if (has_feature(kFeatureCopies)) {
    const auto copy = std::make_shared<const Buffer>(Buffer::copy_of(outgoing.payload));
    sender_.queue(header, std::move(body), {copy->bytes()}, copy);
  } else {
    sender_.queue(header, std::move(body), outgoing.payload);
  }
  ASSAY_TRY_VOID(send_all());
  return request;
}

Result<Frame> Link::wait(std::uint64_t request) {
  while (true) {
    const auto answer = answers_.find(request);
    if (answer != answers_.end()) {
      Frame frame = std::move(answer->second);
      answers_.erase(answer);
      return frame;
    }
    if (is_broken_) return Error::environment("the connection to the server is broken");
    ASSAY_TRY_VOID(receive_some(options_.answer_max));
  }
}

}  // namespace assay::djinn
