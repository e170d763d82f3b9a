// SPDX-License-Identifier: MIT
#include "djinn/server/connection.h"

#include <algorithm>

namespace assay::djinn {
namespace {

/// Read in one go before others have their turn.
constexpr int kReadsMax = 16;
constexpr std::size_t kUnsentMax = std::size_t{256} << 20U;
constexpr std::size_t kWaitingMax = 1024;

Bytes size_of(const FrameHeader& header) {
  return Bytes(std::int64_t{header.body_size} + std::int64_t{header.payload_size});
}

}  // namespace

/// TLS lets nobody read while another one writes.
Result<Connection::Received> Connection::receive() {
  const std::scoped_lock lock(stream_mutex_);
  const std::span<std::byte> space = reader_.space();
  ASSAY_TRY(const Moved moved, stream_->receive(space));
  const bool is_filled = moved.bytes == space.size();
  return Received{.moved = moved,
                  .may_be_more = is_filled || !stream_->may_sleep(Direction::kReceive)};
}

Result<bool> Connection::read(const std::function<void(Arrived)>& on_frame) {
  is_more_told_ = false;
  for (int i = 0; i < kReadsMax && wants_to_read(); ++i) {
    const bool is_new_frame = reader_.is_between_frames();
    ASSAY_TRY(const Received received, receive());
    const Moved moved = received.moved;
    if (moved.state == MovedState::kEnded) return false;
    if (moved.state == MovedState::kNotNow) return true;
    if (is_new_frame) began_ = clock_->now();
    reader_.commit(moved.bytes);
    while (true) {
      ASSAY_TRY(std::optional<Frame> frame, reader_.next());
      if (!frame) break;
      ASSAY_TRY_VOID(fetch_payload(*frame, ring_ ? &*ring_ : nullptr));
      const Nanoseconds now = clock_->now();
      on_frame({.frame = std::move(*frame), .began = began_, .ended = now});
      began_ = now;
    }
    if (!received.may_be_more) return true;  // To find nothing costs as much as to find something.
  }
  return true;
}

bool Connection::wants_to_read() const {
  return !is_closing_ && !has_ended_ && waiting_ < kWaitingMax && credits_.ops_left() > 0 &&
         credits_.bytes_left() > Bytes(0) && unsent() < kUnsentMax;
}

std::size_t Connection::unsent() const {
  const std::scoped_lock lock(stream_mutex_);
  return sender_.queued_bytes();
}

bool Connection::has_unsent() const {
  return unsent() > 0;
}

Nanoseconds Connection::last_send() const {
  const std::scoped_lock lock(stream_mutex_);
  return last_send_;
}

void Connection::shut() {
  const std::scoped_lock lock(stream_mutex_);
  stream_ = nullptr;
}

Result<void> Connection::share_memory(std::size_t bytes) {
  ASSAY_CHECK(may_share_memory() && !ring_, "rings are made once, beside a unix socket");
  ASSAY_TRY(RingParts parts, make_rings(bytes));
  ring_.emplace(RingSide::kServer, std::move(parts));
  socket_->attach_descriptors({ring_->descriptor()});
  return {};
}

ByteCounters Connection::counters() const {
  const std::scoped_lock lock(stream_mutex_);
  return with_ring(stream_->counters(), ring_ ? &*ring_ : nullptr);
}

bool Connection::has_more() {
  if (is_more_told_ || !wants_to_read()) return false;
  const std::scoped_lock lock(stream_mutex_);
  if (stream_->may_sleep(Direction::kReceive)) return false;
  is_more_told_ = true;
  return true;
}

void Connection::greet(std::uint64_t features, std::string tenant) {
  is_greeted_ = true;
  sends_checksums_ = (features & kFeatureChecksums) != 0;
  copies_payloads_ = (features & kFeatureCopies) != 0;
  tenant_ = std::move(tenant);
  reader_.greeted();
}

void Connection::queue(Arrived arrived) {
  ++waiting_;
  if (copies_payloads_) {
    arrived.frame.payload = Buffer::copy_of(std::as_const(arrived.frame.payload).bytes());
  }
  streams_[arrived.frame.header.stream].frames.push_back(std::move(arrived));
}

std::optional<Arrived> Connection::start() {
  for (auto& [number, stream] : streams_) {
    if (stream.is_busy || stream.frames.empty()) continue;
    const FrameHeader& header = stream.frames.front().frame.header;
    if (!credits_.spend(size_of(header))) return std::nullopt;
    Arrived arrived = std::move(stream.frames.front());
    stream.frames.pop_front();
    stream.is_busy = true;
    --waiting_;
    under_way_[arrived.frame.header.request] = {
        .is_cancelled = std::make_shared<std::atomic<bool>>(false),
        .size = size_of(arrived.frame.header)};
    return arrived;
  }
  return std::nullopt;
}

void Connection::finish(const FrameHeader& request) {
  const auto at = under_way_.find(request.request);
  if (at == under_way_.end()) return;  // Answered where it was read.
  credits_.refund(at->second.size);
  under_way_.erase(at);
  const auto stream = streams_.find(request.stream);
  stream->second.is_busy = false;
  if (stream->second.frames.empty()) streams_.erase(stream);
}

void Connection::answer(const FrameHeader& request, Answer answer, bool is_final) {
  if (is_final) finish(request);
  say(request, std::move(answer), is_final);
}

void Connection::say(const FrameHeader& request, Answer answer, bool is_final) {
  if (copies_payloads_ && !answer.payload.empty()) {
    const auto copy = std::make_shared<const Buffer>(Buffer::copy_of(answer.payload));
    answer.payload = {copy->bytes()};
    answer.owner = copy;
  }
  const FrameHeader header{.opcode = answer.opcode,
                           .is_checked = sends_checksums_,
                           .credit_ops = static_cast<std::uint16_t>(is_final ? 1 : 0),
                           .stream = request.stream,
                           .request = request.request,
                           .session = request.session,
                           .credit_bytes = is_final ? request.body_size + request.payload_size : 0};
  const std::scoped_lock lock(stream_mutex_);
  if (stream_ == nullptr) return;
  if (sender_.is_empty()) queued_at_ = clock_->now();
  sender_.queue(header, std::move(answer.body), std::move(answer.payload), std::move(answer.owner));
  // Last: whoever sees it flushes once more, and closes.
  if (answer.closes_connection) is_closing_ = true;
  // From behind WELCOME on, which says that they are there.
  if (ring_ && answer.opcode == Opcode::kWelcome) sender_.use(*ring_);
}

std::shared_ptr<const std::atomic<bool>> Connection::cancellation_of(std::uint64_t request) const {
  const auto at = under_way_.find(request);
  ASSAY_CHECK(at != under_way_.end(), "what was started is under way");
  return at->second.is_cancelled;
}

bool Connection::cancel(std::uint64_t request) {
  const auto at = under_way_.find(request);
  if (at == under_way_.end()) return false;
  at->second.is_cancelled->store(true);
  return true;
}

void Connection::cancel_all() {
  for (auto& [number, request] : under_way_)
    request.is_cancelled->store(true);
  streams_.clear();
  waiting_ = 0;
}

Result<bool> Connection::flush() {
  const std::scoped_lock lock(stream_mutex_);
  if (stream_ == nullptr || sender_.is_empty()) return true;
  ASSAY_TRY(const bool is_all, sender_.flush(*stream_));
  if (is_all) last_send_ = clock_->now() - queued_at_;
  return is_all;
}

}  // namespace assay::djinn
