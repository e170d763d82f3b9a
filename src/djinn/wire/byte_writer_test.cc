// SPDX-License-Identifier: MIT
#include "djinn/wire/byte_writer.h"

#include <gtest/gtest.h>

#include "djinn/wire/identity.h"

namespace assay::djinn {
namespace {

TEST(ByteWriter, WritesTheseBytes) {
  struct Case {
    std::string_view what;
    void (*write)(ByteWriter&);
    std::string_view want;
  };
  const Case cases[] = {
      {"zero", [](ByteWriter& to) { to.number(0); }, "00"},
      {"seven bits", [](ByteWriter& to) { to.number(127); }, "7f"},
      {"eight bits", [](ByteWriter& to) { to.number(128); }, "8001"},
      {"the largest", [](ByteWriter& to) { to.number(~0ULL); }, "ffffffffffffffffff01"},
      {"minus one", [](ByteWriter& to) { to.signed_number(-1); }, "01"},
      {"one", [](ByteWriter& to) { to.signed_number(1); }, "02"},
      {"the least", [](ByteWriter& to) { to.signed_number(INT64_MIN); }, "ffffffffffffffffff01"},
      {"a real", [](ByteWriter& to) { to.real(1.0); }, "000000000000f03f"},
      {"a text", [](ByteWriter& to) { to.text("ab"); }, "026162"},
      {"no text", [](ByteWriter& to) { to.text(""); }, "00"},
  };
  for (const Case& c : cases) {
    ByteWriter to;
    c.write(to);
    EXPECT_EQ(to_hex(to.take()), c.want) << c.what;
  }
}

}  // namespace
}  // namespace assay::djinn
