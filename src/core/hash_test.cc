// SPDX-License-Identifier: MIT
#include "core/hash.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(HashBytes, IsPinned) {
  // Trial keys on disk depend on it: a changed value would make every stored run stale.
  EXPECT_EQ(to_hex(hash_bytes("")), "2d06800538d394c2");
  EXPECT_NE(hash_bytes("a"), hash_bytes("b"));
  EXPECT_NE(hash_bytes("a", 1), hash_bytes("a", 2));
}

TEST(HashBytes128, IsPinned) {
  // Graphs on disk and on the wire are named by it.
  EXPECT_EQ(to_hex(hash_bytes_128("")), "99aa06d3014798d86001c324468d497f");
  EXPECT_NE(hash_bytes_128("a"), hash_bytes_128("b"));
}

TEST(ToHex, KeepsLeadingZeros) {
  EXPECT_EQ(to_hex(0x2a), "000000000000002a");
}

}  // namespace
}  // namespace assay
