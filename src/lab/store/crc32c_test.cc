// SPDX-License-Identifier: MIT
#include "lab/store/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace assay::store {
namespace {

TEST(Crc32c, AgreesWithThePublishedValues) {
  EXPECT_EQ(crc32c(""), 0x0000'0000U);
  EXPECT_EQ(crc32c("123456789"), 0xE306'9283U);              // The check value of the algorithm.
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A91'36AAU);    // RFC 3720, B.4.
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8'AB43U);  // RFC 3720, B.4.
  std::string rising;
  for (char c = 0; c < 32; ++c) {
    rising += c;
  }
  EXPECT_EQ(crc32c(rising), 0x46DD'794EU);  // RFC 3720, B.4.
}

TEST(Crc32c, SeesEveryChangedBit) {
  std::string text = "{\"schema\":\"assay.record/1\"}";
  const std::uint32_t sound = crc32c(text);
  for (char& c : text) {
    for (int bit = 0; bit < 8; ++bit) {
      c = static_cast<char>(c ^ (1 << bit));
      EXPECT_NE(crc32c(text), sound);
      c = static_cast<char>(c ^ (1 << bit));
    }
  }
}

}  // namespace
}  // namespace assay::store
