// SPDX-License-Identifier: MIT
#include "djinn/wire/frame_reader.h"

#include <algorithm>

#include "djinn/wire/limits.h"

namespace assay::djinn {
namespace {

constexpr std::size_t kStage = 1 << 15;     ///< Many small frames, or the start of a large one.
constexpr std::size_t kGrowFrom = 1 << 20;  ///< What is promised up to here is allocated at once.
constexpr std::size_t kGrowBy = 4;

/// How large a buffer is made for `whole` bytes of which `arrived` came.
std::size_t size_for(std::size_t whole, std::size_t arrived) {
  return std::min(whole, std::max(kGrowFrom, arrived * kGrowBy));
}

}  // namespace

FrameReader::FrameReader(Speaker peer) : peer_(peer), stage_(kStage) {
  ASSAY_CHECK(peer != Speaker::kBoth, "a peer is a client or a server");
}

std::span<std::byte> FrameReader::space() {
  commits_directly_ = false;
  if (has_header_ && staged() == 0) {
    const std::span<std::byte> rest = missing();
    if (rest.size() >= kStage) {
      commits_directly_ = true;
      return rest;
    }
  }
  if (stage_begin_ > 0) {
    std::copy(stage_.begin() + static_cast<std::ptrdiff_t>(stage_begin_),
              stage_.begin() + static_cast<std::ptrdiff_t>(stage_end_), stage_.begin());
    stage_end_ -= stage_begin_;
    stage_begin_ = 0;
  }
  ASSAY_CHECK_LT(stage_end_, stage_.size(), "next() is asked until it has none, then more is read");
  return std::span(stage_).subspan(stage_end_);
}

void FrameReader::commit(std::size_t size) {
  if (commits_directly_) {
    ASSAY_CHECK_LE(size, missing().size(), "no more is put than there was space");
    arrived_ += size;
  } else {
    ASSAY_CHECK_LE(size, stage_.size() - stage_end_, "no more is put than there was space");
    stage_end_ += size;
  }
}

std::size_t FrameReader::feed(std::span<const std::byte> bytes) {
  const std::span<std::byte> to = space();
  const std::size_t size = std::min(to.size(), bytes.size());
  std::copy_n(bytes.begin(), size, to.begin());
  commit(size);
  return size;
}

std::span<std::byte> FrameReader::missing() {
  const bool in_body = arrived_ < frame_.header.body_size;
  Buffer& part = in_body ? frame_.body : frame_.payload;
  const std::size_t whole = in_body ? frame_.header.body_size : frame_.header.inline_size();
  const std::size_t arrived = in_body ? arrived_ : arrived_ - frame_.header.body_size;
  if (arrived == whole) return {};
  if (arrived == part.size()) part.grow_to(size_for(whole, arrived));
  return part.bytes().subspan(arrived);
}

void FrameReader::take_staged() {
  while (staged() > 0) {
    const std::span<std::byte> to = missing();
    if (to.empty()) return;
    const std::size_t size = std::min(to.size(), staged());
    std::copy_n(stage_.begin() + static_cast<std::ptrdiff_t>(stage_begin_), size, to.begin());
    stage_begin_ += size;
    arrived_ += size;
  }
}

FrameDefect FrameReader::check_order() const {
  const Opcode opcode = read_.header.opcode;
  const Speaker speaker = limits_of(opcode).speaker;
  if (speaker != Speaker::kBoth && speaker != peer_) return FrameDefect::kSpeaker;
  if (opcode == Opcode::kHello || opcode == Opcode::kWelcome) {
    return saw_greeting_ ? FrameDefect::kGreetedTwice : FrameDefect::kNone;
  }
  const bool ends = opcode == Opcode::kError || opcode == Opcode::kGoodbye;
  return is_greeted_ || ends ? FrameDefect::kNone : FrameDefect::kNotGreeted;
}

Result<void> FrameReader::take_header() {
  const auto* first = stage_.data() + stage_begin_;
  read_ = read_header(std::span<const std::byte, kHeaderSize>(first, kHeaderSize));
  if (read_.defect == FrameDefect::kNone) read_.defect = check_order();
  if (read_.defect != FrameDefect::kNone) return describe(read_);
  const Opcode opcode = read_.header.opcode;
  saw_greeting_ |= opcode == Opcode::kHello || opcode == Opcode::kWelcome;
  stage_begin_ += kHeaderSize;
  frame_ = {.header = read_.header, .body = {}, .payload = {}};
  arrived_ = 0;
  has_header_ = true;
  return {};
}

Result<std::optional<Frame>> FrameReader::next() {
  if (read_.defect != FrameDefect::kNone) return describe(read_);
  if (!has_header_) {
    if (staged() < kHeaderSize) return std::optional<Frame>();
    ASSAY_TRY_VOID(take_header());
  }
  take_staged();
  if (!missing().empty()) return std::optional<Frame>();
  const std::span<const std::byte> payload = frame_.payload.bytes();
  if (frame_.header.is_checked &&
      checksum_of(frame_.body.bytes(), {{payload}}) != frame_.header.body_crc) {
    read_.defect = FrameDefect::kBodyChecksum;
    return describe(read_);
  }
  has_header_ = false;
  return std::optional<Frame>(std::move(frame_));
}

}  // namespace assay::djinn
