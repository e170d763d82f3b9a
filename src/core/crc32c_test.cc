// SPDX-License-Identifier: MIT
#include "core/crc32c.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/random.h"

namespace assay {
namespace {

TEST(Crc32c, AgreesWithThePublishedValues) {
  std::string rising;
  for (char c = 0; c < 32; ++c) {
    rising += c;
  }
  const std::pair<std::string, std::uint32_t> published[] = {
      {"", 0x0000'0000U},
      {"123456789", 0xE306'9283U},              // The check value of the algorithm.
      {std::string(32, '\0'), 0x8A91'36AAU},    // RFC 3720, B.4.
      {std::string(32, '\xFF'), 0x62A8'AB43U},  // RFC 3720, B.4.
      {rising, 0x46DD'794EU},                   // RFC 3720, B.4.
  };
  for (const auto& [text, want] : published) {
    EXPECT_EQ(crc32c(text), want);
    EXPECT_EQ(crc32c_by_tables(std::as_bytes(std::span(text))), want);
  }
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

TEST(Crc32c, IsTheSameByInstructionAndByTablesInAnyPieces) {
  Random random(7);
  for (const std::size_t size : {1U, 7U, 8U, 63U, 3071U, 3072U, 3073U, 6144U, 10'000U, 100'003U}) {
    std::vector<std::byte> bytes(size);
    for (std::byte& byte : bytes)
      byte = static_cast<std::byte>(random.next());
    const std::uint32_t want = crc32c_by_tables(bytes);
    EXPECT_EQ(crc32c(bytes), want) << size;
    for (int i = 0; i < 8; ++i) {
      const auto cut = static_cast<std::size_t>(random.below(size + 1));
      const std::span<const std::byte> all(bytes);
      EXPECT_EQ(crc32c(all.subspan(cut), crc32c(all.first(cut))), want) << size << " at " << cut;
    }
  }
}

}  // namespace
}  // namespace assay
