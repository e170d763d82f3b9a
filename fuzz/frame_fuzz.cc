// SPDX-License-Identifier: MIT
// Any bytes are frames or an error, the same ones in whatever pieces they come. The first byte of
// the input says how: the size of the pieces, who speaks, whether headers get the checksum that
// they lack, which no search would find.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/crc32c.h"
#include "djinn/wire/frame_reader.h"

namespace {

using namespace assay::djinn;

struct Outcome {
  std::vector<Frame> frames;
  FrameDefect defect = FrameDefect::kNone;
};

Outcome outcome_of(std::span<const std::byte> bytes, Speaker peer, std::size_t piece) {
  FrameReader reader(peer);
  Outcome outcome;
  while (!bytes.empty()) {
    bytes = bytes.subspan(reader.feed(bytes.first(std::min(piece, bytes.size()))));
    while (true) {
      auto frame = reader.next();
      if (!frame) {
        ASSAY_CHECK(!frame.error().message().empty(), "a complaint says something");
        outcome.defect = reader.defect();
        return outcome;
      }
      if (!*frame) break;
      if ((*frame)->header.opcode == Opcode::kHello) reader.greeted();
      outcome.frames.push_back(std::move(**frame));
    }
  }
  return outcome;
}

/// Magic and checksum put right in every header, as far as the headers tell where the next one is.
void seal(std::vector<std::byte>& bytes) {
  std::size_t at = 0;
  while (bytes.size() - at >= kHeaderSize) {
    const auto head = std::span(bytes).subspan(at).first<kHeaderSize>();
    for (std::size_t i = 0; i < 4; ++i)
      head[i] = static_cast<std::byte>(kFrameMagic >> (8 * i));
    const std::uint32_t crc = assay::crc32c(head.subspan<8>(), assay::crc32c(head.first<4>()));
    for (std::size_t i = 0; i < 4; ++i)
      head[4 + i] = static_cast<std::byte>(crc >> (8 * i));
    const HeaderRead read = read_header(head);
    if (read.defect != FrameDefect::kNone) return;
    const std::size_t size = kHeaderSize + read.header.body_size + read.header.inline_size();
    if (size > bytes.size() - at) return;
    at += size;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  if (size == 0) return 0;
  const unsigned how = input[0];
  const auto given = std::as_bytes(std::span(input + 1, size - 1));
  std::vector<std::byte> bytes(given.begin(), given.end());
  if ((how & 1U) != 0) seal(bytes);
  const Speaker peer = (how & 2U) != 0 ? Speaker::kServer : Speaker::kClient;
  const Outcome whole = outcome_of(bytes, peer, bytes.size() + 1);
  const Outcome pieces = outcome_of(bytes, peer, (how >> 2U) + 1);
  ASSAY_CHECK(whole.defect == pieces.defect, "pieces change no defect");
  ASSAY_CHECK_EQ(whole.frames.size(), pieces.frames.size(), "pieces change no number of frames");
  for (std::size_t i = 0; i < whole.frames.size(); ++i) {
    const Frame& left = whole.frames[i];
    const Frame& right = pieces.frames[i];
    ASSAY_CHECK(left.header == right.header, "pieces change no header");
    ASSAY_CHECK(std::ranges::equal(left.body.bytes(), right.body.bytes()), "nor a body");
    ASSAY_CHECK(std::ranges::equal(left.payload.bytes(), right.payload.bytes()), "nor a payload");
  }
  return 0;
}
