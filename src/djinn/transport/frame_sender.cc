// SPDX-License-Identifier: MIT
#include "djinn/transport/frame_sender.h"

#include "djinn/wire/limits.h"

namespace assay::djinn {
namespace {

constexpr std::size_t kPartsMax = 64;

/// The part without its first bytes; how many of them are still to be left out.
void add_behind(std::size_t& skip, Part part, std::vector<Part>& parts) {
  if (skip >= part.size()) {
    skip -= part.size();
    return;
  }
  parts.push_back(part.subspan(skip));
  skip = 0;
}

}  // namespace

void FrameSender::queue(FrameHeader header, std::vector<std::byte> body, std::vector<Part> payload,
                        std::shared_ptr<const void> owner) {
  std::size_t payload_size = 0;
  for (const Part& part : payload)
    payload_size += part.size();
  const OpcodeLimits& limits = limits_of(header.opcode);
  ASSAY_CHECK_LE(body.size(), limits.body_max, "a body keeps its limit");
  ASSAY_CHECK_LE(payload_size, limits.payload_max, "and a payload its own");
  header.body_size = static_cast<std::uint32_t>(body.size());
  if (payload_size > 0) {
    const bool is_shared = is_put_in_ring(payload);
    header.payload_kind = is_shared ? PayloadKind::kShared : PayloadKind::kInline;
    header.payload_size = static_cast<std::uint32_t>(payload_size);
    if (is_shared) {
      payload.clear();
      payload_size = 0;
      owner = nullptr;
    }
  }
  header.body_crc = header.is_checked ? checksum_of(body, payload) : 0;
  const std::size_t size = kHeaderSize + body.size() + payload_size;
  frames_.push_back({.head = write_header(header),
                     .body = std::move(body),
                     .payload = std::move(payload),
                     .owner = std::move(owner),
                     .size = size});
  queued_bytes_ += size;
}

bool FrameSender::is_put_in_ring(std::span<const Part> payload) {
  if (ring_ == nullptr || ring_error_) return false;
  const auto is_put = ring_->put(payload);
  if (!is_put) ring_error_ = is_put.error();
  return is_put && *is_put;
}

void FrameSender::gather() {
  parts_.clear();
  std::size_t skip = first_sent_;
  for (const Queued& frame : frames_) {
    add_behind(skip, frame.head, parts_);
    add_behind(skip, frame.body, parts_);
    for (const Part& part : frame.payload) {
      if (parts_.size() >= kPartsMax) return;
      add_behind(skip, part, parts_);
    }
    if (parts_.size() >= kPartsMax) return;
  }
}

void FrameSender::drop(std::size_t bytes) {
  queued_bytes_ -= bytes;
  first_sent_ += bytes;
  while (!frames_.empty() && first_sent_ >= frames_.front().size) {
    first_sent_ -= frames_.front().size;
    frames_.pop_front();
  }
}

Result<bool> FrameSender::flush(Stream& stream) {
  if (ring_error_) return *ring_error_;  // The peer is not to be trusted with anything.
  while (!frames_.empty()) {
    gather();
    ASSAY_TRY(const Moved moved, stream.send(parts_));
    if (moved.state == MovedState::kNotNow) return false;
    drop(moved.bytes);
  }
  return true;
}

}  // namespace assay::djinn
