// SPDX-License-Identifier: MIT
// A frame: 64 bytes of header, a body (one message, messages.h) and, for bulk bytes, a payload
// behind it. The header is packed by hand, little-endian, and covered by its own checksum:
//
//    0 magic u32        4 header crc32c u32     8 version u16         10 opcode u16
//   12 flags u16       14 credit ops u16       16 stream u32          20 body size u32
//   24 request u64     32 session u64          40 deadline ns u64     48 credit bytes u32
//   52 body crc32c u32 56 payload size u32     60 payload place u32
//
// Answers carry the stream and the request of what they answer, and come in any order between
// streams. What is wrong with a header is a FrameDefect: the connection is closed, not the process.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/units.h"
#include "djinn/wire/buffer.h"
#include "djinn/wire/opcode.h"

namespace assay::djinn {

inline constexpr std::size_t kHeaderSize = 64;
inline constexpr std::uint32_t kFrameMagic = 0x4E4A4441;  ///< "ADJN"
inline constexpr std::uint16_t kVersionMin = 1;
inline constexpr std::uint16_t kVersionMax = 1;

using HeaderBytes = std::array<std::byte, kHeaderSize>;

/// A session of a server: a row of its table and how often the row was used. Never a pointer.
struct SessionHandle {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;  ///< 0: no session.
  bool operator==(const SessionHandle&) const = default;
};

enum class PayloadKind : std::uint8_t {
  kNone,
  kInline,  ///< Behind the body.
  kShared,  ///< In the shared ring of the connection: the next bytes there (payload_ring.h).
};

struct FrameHeader {
  std::uint16_t version = kVersionMax;
  Opcode opcode = Opcode::kPing;
  PayloadKind payload_kind = PayloadKind::kNone;
  /// The body's and the inline payload's checksum was made and has to hold.
  bool is_checked = false;
  /// Nobody waits: only a failure is answered, with ERROR.
  bool is_one_way = false;
  std::uint16_t credit_ops = 0;  ///< So many more requests may be under way.
  std::uint32_t stream = 0;      ///< Requests of one stream are done in order.
  std::uint32_t body_size = 0;
  std::uint64_t request = 0;
  SessionHandle session = {};
  std::optional<Nanoseconds> deadline = {};  ///< Time left when it was sent; positive.
  std::uint32_t credit_bytes = 0;            ///< So many more bytes may be under way.
  std::uint32_t body_crc = 0;
  std::uint32_t payload_size = 0;
  std::uint32_t payload_place = 0;

  std::size_t inline_size() const {
    return payload_kind == PayloadKind::kInline ? payload_size : 0;
  }
  bool operator==(const FrameHeader&) const = default;
};

enum class FrameDefect : std::uint8_t {
  kNone,
  kMagic,           ///< Not our protocol.
  kHeaderChecksum,  ///< Damaged on the way.
  kVersion,         ///< Outside what both sides speak.
  kOpcode,          ///< A number that means nothing.
  kFlags,           ///< A bit that means nothing.
  kBodySize,        ///< More than the opcode may have.
  kPayloadSize,     ///< The same, or a size without a payload, or a payload without a size.
  kPayloadPlace,    ///< A place where nothing is shared.
  kDeadline,        ///< Beyond what 63 bits of nanoseconds say.
  kSpeaker,         ///< What only the other side may say.
  kNotGreeted,      ///< Anything before HELLO and WELCOME.
  kGreetedTwice,    ///< A second HELLO or WELCOME.
  kBodyChecksum,
};
std::string_view to_text(FrameDefect defect);  ///< "the magic number"

/// Checked: the header keeps the rules that read_header() holds it against.
HeaderBytes write_header(const FrameHeader& header);

struct HeaderRead {
  FrameDefect defect = FrameDefect::kNone;
  FrameHeader header;  ///< As far as it was read; whole where there is no defect.
};
HeaderRead read_header(std::span<const std::byte, kHeaderSize> bytes);
/// "a frame with opcode 999: ...", for messages; a user error.
Error describe(const HeaderRead& read);

/// Of a body and the parts of an inline payload.
std::uint32_t checksum_of(std::span<const std::byte> body,
                          std::span<const std::span<const std::byte>> payload);

/// One that arrived.
struct Frame {
  FrameHeader header;
  Buffer body = {};
  Buffer payload = {};  ///< Where it was inline.
};

/// One to be sent in one piece: sizes, payload kind and checksum are filled in.
std::vector<std::byte> write_frame(FrameHeader header, std::span<const std::byte> body,
                                   std::span<const std::byte> payload = {});

}  // namespace assay::djinn
