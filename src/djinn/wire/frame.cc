// SPDX-License-Identifier: MIT
#include "djinn/wire/frame.h"

#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/crc32c.h"
#include "djinn/wire/limits.h"

namespace assay::djinn {
namespace {

struct Field {
  std::size_t offset;
  std::size_t size;
};
constexpr Field kMagicField{0, 4};
constexpr Field kCrcField{4, 4};
constexpr Field kVersionField{8, 2};
constexpr Field kOpcodeField{10, 2};
constexpr Field kFlagsField{12, 2};
constexpr Field kCreditOpsField{14, 2};
constexpr Field kStreamField{16, 4};
constexpr Field kBodySizeField{20, 4};
constexpr Field kRequestField{24, 8};
constexpr Field kSessionField{32, 8};
constexpr Field kDeadlineField{40, 8};
constexpr Field kCreditBytesField{48, 4};
constexpr Field kBodyCrcField{52, 4};
constexpr Field kPayloadSizeField{56, 4};
constexpr Field kPayloadPlaceField{60, 4};

constexpr bool fields_fill_the_header() {
  const Field fields[] = {kMagicField,   kCrcField,         kVersionField,     kOpcodeField,
                          kFlagsField,   kCreditOpsField,   kStreamField,      kBodySizeField,
                          kRequestField, kSessionField,     kDeadlineField,    kCreditBytesField,
                          kBodyCrcField, kPayloadSizeField, kPayloadPlaceField};
  std::size_t end = 0;
  for (const Field& field : fields) {
    if (field.offset != end || field.offset % field.size != 0) return false;
    end += field.size;
  }
  return end == kHeaderSize;
}
static_assert(fields_fill_the_header(), "every byte belongs to one field, and each is aligned");
// In these the versions meet, so they never move.
static_assert(kMagicField.offset == 0 && kCrcField.offset == 4 && kVersionField.offset == 8 &&
              kOpcodeField.offset == 10 && kBodySizeField.offset == 20);
static_assert(static_cast<int>(Opcode::kHello) == 1 && static_cast<int>(Opcode::kWelcome) == 2 &&
              static_cast<int>(Opcode::kError) == 5 && static_cast<int>(Opcode::kGoodbye) == 7);

constexpr unsigned kPayloadBits = 0x3;
constexpr unsigned kCheckedBit = 0x4;
constexpr unsigned kOneWayBit = 0x8;
constexpr unsigned kKnownBits = kPayloadBits | kCheckedBit | kOneWayBit;

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie");

template <std::size_t kSize>
using Unsigned = std::conditional_t<kSize == 2, std::uint16_t,
                                    std::conditional_t<kSize == 4, std::uint32_t, std::uint64_t>>;

template <Field kField>
void put(HeaderBytes& to, Unsigned<kField.size> value) {
  std::memcpy(to.data() + kField.offset, &value, kField.size);
}

template <Field kField>
Unsigned<kField.size> get(std::span<const std::byte, kHeaderSize> from) {
  Unsigned<kField.size> value = 0;
  std::memcpy(&value, from.data() + kField.offset, kField.size);
  return value;
}

/// Over all of the header but the checksum itself.
std::uint32_t header_checksum(std::span<const std::byte, kHeaderSize> bytes) {
  return crc32c(bytes.subspan(kVersionField.offset), crc32c(bytes.first(kCrcField.offset)));
}

std::uint16_t flags_of(const FrameHeader& header) {
  return static_cast<std::uint16_t>(static_cast<unsigned>(header.payload_kind) |
                                    (header.is_checked ? kCheckedBit : 0U) |
                                    (header.is_one_way ? kOneWayBit : 0U));
}

/// What has to hold whatever the version.
bool is_for_every_version(Opcode opcode) {
  return opcode == Opcode::kHello || opcode == Opcode::kWelcome || opcode == Opcode::kError ||
         opcode == Opcode::kGoodbye;
}

FrameDefect check_payload(const FrameHeader& header) {
  const bool has_payload = header.payload_kind != PayloadKind::kNone;
  if (has_payload != (header.payload_size > 0)) return FrameDefect::kPayloadSize;
  if (header.payload_size > limits_of(header.opcode).payload_max) return FrameDefect::kPayloadSize;
  const bool is_shared = header.payload_kind == PayloadKind::kShared;
  if (!is_shared && header.payload_place != 0) return FrameDefect::kPayloadPlace;
  return FrameDefect::kNone;
}

/// The rules of a header, for what is written and for what is read.
FrameDefect check_header(const FrameHeader& header) {
  const bool speaks = header.version >= kVersionMin && header.version <= kVersionMax;
  if (!speaks && !is_for_every_version(header.opcode)) return FrameDefect::kVersion;
  if (header.body_size > limits_of(header.opcode).body_max) return FrameDefect::kBodySize;
  if (!header.is_checked && header.body_crc != 0) return FrameDefect::kFlags;
  return check_payload(header);
}

void read_fields(std::span<const std::byte, kHeaderSize> bytes, FrameHeader& header) {
  header.credit_ops = get<kCreditOpsField>(bytes);
  header.stream = get<kStreamField>(bytes);
  header.body_size = get<kBodySizeField>(bytes);
  header.request = get<kRequestField>(bytes);
  const std::uint64_t session = get<kSessionField>(bytes);
  header.session = {static_cast<std::uint32_t>(session), static_cast<std::uint32_t>(session >> 32)};
  header.credit_bytes = get<kCreditBytesField>(bytes);
  header.body_crc = get<kBodyCrcField>(bytes);
  header.payload_size = get<kPayloadSizeField>(bytes);
  header.payload_place = get<kPayloadPlaceField>(bytes);
}

FrameDefect read_flags(unsigned flags, FrameHeader& header) {
  const unsigned kind = flags & kPayloadBits;
  if ((flags & ~kKnownBits) != 0 || kind > static_cast<unsigned>(PayloadKind::kShared)) {
    return FrameDefect::kFlags;
  }
  header.payload_kind = static_cast<PayloadKind>(kind);
  header.is_checked = (flags & kCheckedBit) != 0;
  header.is_one_way = (flags & kOneWayBit) != 0;
  return FrameDefect::kNone;
}

FrameDefect read_deadline(std::uint64_t left, FrameHeader& header) {
  if (left > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return FrameDefect::kDeadline;
  }
  if (left > 0) header.deadline = Nanoseconds(static_cast<std::int64_t>(left));
  return FrameDefect::kNone;
}

FrameDefect read_into(std::span<const std::byte, kHeaderSize> bytes, FrameHeader& header) {
  if (get<kMagicField>(bytes) != kFrameMagic) return FrameDefect::kMagic;
  if (get<kCrcField>(bytes) != header_checksum(bytes)) return FrameDefect::kHeaderChecksum;
  header.version = get<kVersionField>(bytes);
  const auto opcode = parse_opcode(get<kOpcodeField>(bytes));
  if (!opcode) return FrameDefect::kOpcode;
  header.opcode = *opcode;
  read_fields(bytes, header);
  if (const auto defect = read_flags(get<kFlagsField>(bytes), header);
      defect != FrameDefect::kNone) {
    return defect;
  }
  if (const auto defect = read_deadline(get<kDeadlineField>(bytes), header);
      defect != FrameDefect::kNone) {
    return defect;
  }
  return check_header(header);
}

}  // namespace

std::string_view to_text(FrameDefect defect) {
  switch (defect) {
    case FrameDefect::kNone:
      return "nothing";
    case FrameDefect::kMagic:
      return "the magic number";
    case FrameDefect::kHeaderChecksum:
      return "the header's checksum";
    case FrameDefect::kVersion:
      return "the version";
    case FrameDefect::kOpcode:
      return "the opcode";
    case FrameDefect::kFlags:
      return "the flags";
    case FrameDefect::kBodySize:
      return "the size of the body";
    case FrameDefect::kPayloadSize:
      return "the size of the payload";
    case FrameDefect::kPayloadPlace:
      return "the place of the payload";
    case FrameDefect::kDeadline:
      return "the deadline";
    case FrameDefect::kSpeaker:
      return "the speaker";
    case FrameDefect::kNotGreeted:
    case FrameDefect::kGreetedTwice:
      return "the order";
    case FrameDefect::kBodyChecksum:
      return "the body's checksum";
  }
  ASSAY_CHECK(false, "the switch above is complete");
  return {};
}

HeaderBytes write_header(const FrameHeader& header) {
  ASSAY_CHECK(check_header(header) == FrameDefect::kNone,
              "never write what could not be read back");
  ASSAY_CHECK(!header.deadline || header.deadline->count() > 0, "what is late is not sent");
  HeaderBytes bytes{};
  put<kMagicField>(bytes, kFrameMagic);
  put<kVersionField>(bytes, header.version);
  put<kOpcodeField>(bytes, static_cast<std::uint16_t>(header.opcode));
  put<kFlagsField>(bytes, flags_of(header));
  put<kCreditOpsField>(bytes, header.credit_ops);
  put<kStreamField>(bytes, header.stream);
  put<kBodySizeField>(bytes, header.body_size);
  put<kRequestField>(bytes, header.request);
  put<kSessionField>(
      bytes, header.session.index | static_cast<std::uint64_t>(header.session.generation) << 32);
  put<kDeadlineField>(bytes,
                      header.deadline ? static_cast<std::uint64_t>(header.deadline->count()) : 0);
  put<kCreditBytesField>(bytes, header.credit_bytes);
  put<kBodyCrcField>(bytes, header.body_crc);
  put<kPayloadSizeField>(bytes, header.payload_size);
  put<kPayloadPlaceField>(bytes, header.payload_place);
  put<kCrcField>(bytes, header_checksum(bytes));
  return bytes;
}

HeaderRead read_header(std::span<const std::byte, kHeaderSize> bytes) {
  HeaderRead read;
  read.defect = read_into(bytes, read.header);
  return read;
}

Error describe(const HeaderRead& read) {
  const FrameHeader& header = read.header;
  const auto refuse = [&](std::string_view expected) {
    return Error::user("{} of a frame is wrong: {}", to_text(read.defect), expected);
  };
  switch (read.defect) {
    case FrameDefect::kMagic:
      return refuse("expected ADJN; the peer does not speak the protocol of djinn");
    case FrameDefect::kVersion:
      return Error::user("version {} of a frame; expected {} to {}: use programs of one release",
                         header.version, kVersionMin, kVersionMax);
    case FrameDefect::kBodySize:
      return Error::user("{} with a body of {} bytes; expected at most {}", to_text(header.opcode),
                         header.body_size, limits_of(header.opcode).body_max);
    case FrameDefect::kPayloadSize:
      return Error::user(
          "{} with a payload of {} bytes of kind {}; expected at most {}, and 0 only "
          "for kind 0",
          to_text(header.opcode), header.payload_size, static_cast<int>(header.payload_kind),
          limits_of(header.opcode).payload_max);
    case FrameDefect::kPayloadPlace:
      return Error::user("{} with a payload at place {}; expected 0, as nothing is shared",
                         to_text(header.opcode), header.payload_place);
    case FrameDefect::kSpeaker:
      return Error::user("{} from the wrong side of the connection", to_text(header.opcode));
    case FrameDefect::kNotGreeted:
      return Error::user("{} before HELLO and WELCOME", to_text(header.opcode));
    case FrameDefect::kGreetedTwice:
      return Error::user("a second {}; expected one in a connection", to_text(header.opcode));
    case FrameDefect::kOpcode:
      return refuse("expected one of the closed set");
    default:
      return refuse("the bytes were damaged, or the peer is not of this protocol");
  }
}

std::uint32_t checksum_of(std::span<const std::byte> body,
                          std::span<const std::span<const std::byte>> payload) {
  std::uint32_t crc = crc32c(body);
  for (const std::span<const std::byte> part : payload)
    crc = crc32c(part, crc);
  return crc;
}

std::vector<std::byte> write_frame(FrameHeader header, std::span<const std::byte> body,
                                   std::span<const std::byte> payload) {
  ASSAY_CHECK_LE(body.size(), limits_of(header.opcode).body_max, "a body keeps its limit");
  ASSAY_CHECK_LE(payload.size(), limits_of(header.opcode).payload_max, "and a payload its own");
  header.body_size = static_cast<std::uint32_t>(body.size());
  header.payload_size = static_cast<std::uint32_t>(payload.size());
  header.payload_kind = payload.empty() ? PayloadKind::kNone : PayloadKind::kInline;
  header.payload_place = 0;
  header.body_crc = header.is_checked ? checksum_of(body, {{payload}}) : 0;
  const HeaderBytes head = write_header(header);
  std::vector<std::byte> bytes;
  bytes.reserve(head.size() + body.size() + payload.size());
  bytes.insert(bytes.end(), head.begin(), head.end());
  bytes.insert(bytes.end(), body.begin(), body.end());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

}  // namespace assay::djinn
