// SPDX-License-Identifier: MIT
#include "djinn/wire/byte_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/random.h"
#include "djinn/wire/byte_writer.h"
#include "djinn/wire/identity.h"

namespace assay::djinn {
namespace {

constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();

std::vector<std::byte> bytes_of(std::string_view hex) {
  std::vector<std::byte> bytes(hex.size() / 2);
  EXPECT_TRUE(parse_hex(hex, bytes));
  return bytes;
}

TEST(ByteReader, ReadsWhatWasWritten) {
  Random random(3);
  for (int round = 0; round < 2000; ++round) {
    const std::uint64_t number = random.next() >> random.below(64);
    const auto folded = static_cast<std::int64_t>(random.next()) >> random.below(64);
    const double real = random.normal();
    ByteWriter to;
    to.number(number);
    to.signed_number(folded);
    to.real(real);
    to.text("naïve\n");
    const auto bytes = to.take();
    ByteReader from(bytes);
    EXPECT_EQ(from.number("n", kAny), number);
    EXPECT_EQ(from.signed_number("s", INT64_MIN, INT64_MAX), folded);
    EXPECT_EQ(from.real(), real);
    EXPECT_EQ(from.text("t", 10), "naïve\n");
    EXPECT_TRUE(from.finish());
  }
}

TEST(ByteReader, ReadsTheEndsOfTheRange) {
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
    ByteWriter to;
    to.signed_number(value);
    const auto bytes = to.take();
    ByteReader from(bytes);
    EXPECT_EQ(from.signed_number("s", INT64_MIN, INT64_MAX), value);
    EXPECT_TRUE(from.finish());
  }
}

TEST(ByteReader, SaysWhatIsWrongFirst) {
  struct Case {
    std::string_view hex;
    void (*read)(ByteReader&);
    std::string_view want;
  };
  const auto number = [](ByteReader& from) { from.number("age", 100); };
  const auto text = [](ByteReader& from) { from.text("name", 4); };
  const auto count = [](ByteReader& from) { from.count("inputs", 4); };
  const Case cases[] = {
      {"", number, "the message ends at byte 0"},
      {"80", number, "the message ends at byte 1"},
      {"8000", number, "age is written with a byte too many"},
      {"ffffffffffffffffff02", number, "age has more than 64 bits"},
      {"ffffffffffffffffffff01", number, "age has more than 64 bits"},
      {"65", number, "age is 101; expected at most 100"},
      {"6400", number, "1 bytes behind the end of the message"},
      {"056161616161", text, "name has 5 bytes; expected at most 4"},
      {"046161", text, "within a field of 4 bytes that starts at 1"},
      {"026107", text, "name has a control character (byte 0x07 at 1)"},
      {"ffffffffffffffffff01", count, "18446744073709551615 entries of inputs; the 0 bytes"},
      {"020000000000", count, "2 entries of inputs; the 5 bytes left hold at most 1"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.hex);
    const auto bytes = bytes_of(c.hex);
    ByteReader from(bytes);
    c.read(from);
    const auto result = from.finish();
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().message().find(c.want), std::string::npos) << result.error().message();
  }
}

TEST(ByteReader, GivesNothingBehindAnError) {
  const auto bytes = bytes_of("ff010203");
  ByteReader from(bytes);
  from.number("age", 100);
  EXPECT_TRUE(from.has_failed());
  EXPECT_EQ(from.number("other", kAny), 0U);
  EXPECT_EQ(from.text("other", 10), "");
  EXPECT_EQ(from.count("other", 1), 0U);
  EXPECT_EQ(from.real(), 0.0);
  EXPECT_EQ(from.finish().error().message(), "age is 255; expected at most 100");
}

}  // namespace
}  // namespace assay::djinn
