// SPDX-License-Identifier: MIT
#include "core/units.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <utility>

namespace assay {
namespace {

static_assert(!std::is_convertible_v<Bytes, Nanoseconds>, "units never mix");
static_assert(!std::is_convertible_v<std::int64_t, Bytes>, "a count is not a size");

TEST(Units, TimeInTheUnitAPersonWouldChoose) {
  using Case = std::pair<Nanoseconds, std::string>;
  for (const auto& [time, want] :
       {Case{0ns, "0 ns"}, Case{999ns, "999 ns"}, Case{1'234'567ns, "1.23 ms"},
        Case{90s, "1.5 min"}, Case{-2us, "-2 us"}, Case{5h, "5 h"}}) {
    EXPECT_EQ(to_text(time), want);
  }
}

TEST(Units, PartsOfANanosecondAreNotLost) {
  EXPECT_EQ(to_text(Seconds(0.25e-9)), "0.25 ns");
}

TEST(Units, BytesInPowersOfTwo) {
  using Case = std::pair<std::int64_t, std::string>;
  for (const auto& [size, want] :
       {Case{0, "0 B"}, Case{1000, "1e+03 B"}, Case{1536, "1.5 KiB"}, Case{3LL << 30, "3 GiB"}}) {
    EXPECT_EQ(to_text(Bytes(size)), want);
  }
}

}  // namespace
}  // namespace assay
