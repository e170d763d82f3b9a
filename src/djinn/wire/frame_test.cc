// SPDX-License-Identifier: MIT
#include "djinn/wire/frame.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/crc32c.h"
#include "core/random.h"
#include "djinn/wire/identity.h"
#include "djinn/wire/limits.h"

namespace assay::djinn {
namespace {

FrameHeader sample_header() {
  return {.version = 1,
          .opcode = Opcode::kCall,
          .payload_kind = PayloadKind::kInline,
          .is_checked = true,
          .is_one_way = true,
          .credit_ops = 0x1122,
          .stream = 0x33445566,
          .body_size = 0x00000102,
          .request = 0x0807060504030201,
          .session = {.index = 0x1A1B1C1D, .generation = 0x2A2B2C2D},
          .deadline = Nanoseconds(0x3A3B3C3D),
          .credit_bytes = 0x4A4B4C4D,
          .body_crc = 0x5A5B5C5D,
          .payload_size = 0x01020304,
          .payload_place = 0};
}

/// The checksum made right again after a byte was changed.
HeaderBytes resealed(HeaderBytes bytes) {
  const std::span<const std::byte> all(bytes);
  const std::uint32_t crc = crc32c(all.subspan(8), crc32c(all.first(4)));
  for (std::size_t i = 0; i < 4; ++i)
    bytes[4 + i] = static_cast<std::byte>(crc >> (8 * i));
  return bytes;
}

TEST(FrameHeader, HasTheseBytes) {
  EXPECT_EQ(to_hex(write_header(sample_header())),
            "41444a4e"  // ADJN
            "5b1527de"  // the header's checksum
            "0100"
            "1300"  // version, opcode
            "0d00"
            "2211"              // flags: inline, checked, one way; credit of ops
            "66554433"          // stream
            "02010000"          // size of the body
            "0102030405060708"  // request
            "1d1c1b1a2d2c2b2a"  // session
            "3d3c3b3a00000000"  // deadline
            "4d4c4b4a"          // credit of bytes
            "5d5c5b5a"          // the body's checksum
            "04030201"          // size of the payload
            "00000000");        // its place
}

FrameHeader random_header(Random& random) {
  FrameHeader header;
  const auto all = opcode_limits();
  const OpcodeLimits& limits = all[static_cast<std::size_t>(random.below(all.size()))];
  header.opcode = limits.opcode;
  header.is_checked = random.coin();
  header.is_one_way = random.coin();
  header.credit_ops = static_cast<std::uint16_t>(random.next());
  header.stream = static_cast<std::uint32_t>(random.next());
  header.body_size = static_cast<std::uint32_t>(random.below(limits.body_max + 1ULL));
  header.request = random.next();
  header.session = {static_cast<std::uint32_t>(random.next()),
                    static_cast<std::uint32_t>(random.next())};
  if (random.coin()) header.deadline = Nanoseconds(1 + static_cast<int>(random.below(1U << 30U)));
  header.credit_bytes = static_cast<std::uint32_t>(random.next());
  if (header.is_checked) header.body_crc = static_cast<std::uint32_t>(random.next());
  if (limits.payload_max > 0 && random.coin()) {
    header.payload_kind = random.coin() ? PayloadKind::kInline : PayloadKind::kShared;
    header.payload_size = 1 + static_cast<std::uint32_t>(random.below(limits.payload_max));
    if (header.payload_kind == PayloadKind::kShared) {
      header.payload_place = static_cast<std::uint32_t>(random.next());
    }
  }
  return header;
}

TEST(FrameHeader, IsReadAsItWasWritten) {
  Random random(11);
  for (int round = 0; round < 5000; ++round) {
    const FrameHeader header = random_header(random);
    const HeaderRead read = read_header(write_header(header));
    ASSERT_EQ(to_text(read.defect), to_text(FrameDefect::kNone));
    ASSERT_EQ(read.header, header);
  }
}

TEST(FrameHeader, NoticesEveryChangedBit) {
  const HeaderBytes sound = write_header(sample_header());
  for (std::size_t bit = 0; bit < kHeaderSize * 8; ++bit) {
    HeaderBytes bytes = sound;
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_NE(read_header(bytes).defect, FrameDefect::kNone) << "bit " << bit;
  }
}

struct Defective {
  std::string_view what;
  std::size_t offset;
  std::vector<std::uint8_t> bytes;
  FrameDefect want;
  std::string_view message;
};

TEST(FrameHeader, NamesWhatIsWrong) {
  const Defective cases[] = {
      {"http", 0, {'G', 'E', 'T', ' '}, FrameDefect::kMagic, "expected ADJN"},
      {"version 0", 8, {0, 0}, FrameDefect::kVersion, "version 0 of a frame; expected 1 to 1"},
      {"a later version", 8, {2, 0}, FrameDefect::kVersion, "version 2"},
      {"opcode 0", 10, {0, 0}, FrameDefect::kOpcode, "one of the closed set"},
      {"opcode 34", 10, {34, 0}, FrameDefect::kOpcode, "one of the closed set"},
      {"opcode 65535", 10, {255, 255}, FrameDefect::kOpcode, "one of the closed set"},
      {"an unknown flag", 12, {0x1D}, FrameDefect::kFlags, "the flags"},
      {"payload kind 3", 12, {0x0F}, FrameDefect::kFlags, "the flags"},
      {"a checksum nobody made", 12, {0x01}, FrameDefect::kFlags, "the flags"},
      {"a large body", 20, {1, 0, 0x10, 0}, FrameDefect::kBodySize, "at most 1048576"},
      {"2^32 - 1 of body", 20, {255, 255, 255, 255}, FrameDefect::kBodySize, "4294967295"},
      {"a deadline of 2^63", 40, {0, 0, 0, 0, 0, 0, 0, 0x80}, FrameDefect::kDeadline, "deadline"},
      {"2^32 - 1 of payload", 56, {255, 255, 255, 255}, FrameDefect::kPayloadSize, "4294967295"},
      {"an empty payload", 56, {0, 0, 0, 0}, FrameDefect::kPayloadSize, "a payload of 0 bytes"},
      {"a payload of kind none", 12, {0x0C}, FrameDefect::kPayloadSize, "of kind 0"},
      {"a place of an inline one", 60, {1}, FrameDefect::kPayloadPlace, "at place 1"},
  };
  for (const Defective& c : cases) {
    SCOPED_TRACE(c.what);
    HeaderBytes bytes = write_header(sample_header());
    for (std::size_t i = 0; i < c.bytes.size(); ++i)
      bytes[c.offset + i] = std::byte{c.bytes[i]};
    const HeaderRead read = read_header(resealed(bytes));
    EXPECT_EQ(to_text(read.defect), to_text(c.want));
    EXPECT_NE(describe(read).message().find(c.message), std::string::npos)
        << describe(read).message();
    if (c.want != FrameDefect::kMagic) {
      EXPECT_EQ(read_header(bytes).defect, FrameDefect::kHeaderChecksum);
    }
  }
}

TEST(FrameHeader, LetsEveryVersionGreet) {
  for (const Opcode opcode : {Opcode::kHello, Opcode::kWelcome, Opcode::kError, Opcode::kGoodbye}) {
    const HeaderRead read = read_header(write_header({.version = 99, .opcode = opcode}));
    EXPECT_EQ(read.defect, FrameDefect::kNone) << to_text(opcode);
    EXPECT_EQ(read.header.version, 99);
  }
}

TEST(FrameHeader, IsNeverWrittenWrong) {
  EXPECT_DEATH(write_header({.opcode = Opcode::kPing, .body_size = 257}), "read back");
  EXPECT_DEATH(write_header({.version = 2, .opcode = Opcode::kPing}), "read back");
  EXPECT_DEATH(write_header({.opcode = Opcode::kPing, .deadline = Nanoseconds(-1)}), "late");
}

TEST(Frame, HasItsChecksumOverBodyAndPayload) {
  const std::vector<std::byte> body(10, std::byte{1});
  const std::vector<std::byte> payload(20, std::byte{2});
  const auto bytes = write_frame({.opcode = Opcode::kCall, .is_checked = true}, body, payload);
  ASSERT_EQ(bytes.size(), kHeaderSize + 30);
  const HeaderRead read = read_header(std::span(bytes).first<kHeaderSize>());
  EXPECT_EQ(read.header.body_size, 10U);
  EXPECT_EQ(read.header.inline_size(), 20U);
  EXPECT_EQ(read.header.body_crc, crc32c(std::span(bytes).subspan(kHeaderSize)));
}

TEST(FrameDefect, HasTextForEach) {
  for (int i = 0; i <= static_cast<int>(FrameDefect::kBodyChecksum); ++i) {
    EXPECT_FALSE(to_text(static_cast<FrameDefect>(i)).empty());
  }
}

}  // namespace
}  // namespace assay::djinn
