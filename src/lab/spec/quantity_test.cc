// SPDX-License-Identifier: MIT
#include "lab/spec/quantity.h"

#include <gmock/gmock.h>

#include <vector>

#include "core/random.h"

namespace assay::spec {
namespace {

struct DurationCase {
  std::string text;
  Nanoseconds want;
};

TEST(Quantity, ReadsDurations) {
  const std::vector<DurationCase> cases{
      {"300us", 300us}, {"300 us", 300us}, {"0s", 0s},   {"1.5s", 1500ms}, {"1e3us", 1ms},
      {"2min", 120s},   {"1h", 3600s},     {"7ns", 7ns}, {"0.1ms", 100us}, {"250ms", 250ms},
  };
  for (const auto& [text, want] : cases) {
    SCOPED_TRACE(text);
    const Result<Nanoseconds> got = parse_duration(text);
    ASSERT_TRUE(got) << got.error().message();
    EXPECT_EQ(*got, want);
  }
}

struct SizeCase {
  std::string text;
  std::int64_t want;
};

TEST(Quantity, ReadsSizes) {
  const std::vector<SizeCase> cases{
      {"4GiB", std::int64_t{4} << 30},
      {"1.5KiB", 1536},
      {"7B", 7},
      {"2kB", 2'000},
      {"3 MB", 3'000'000},
      {"1TiB", std::int64_t{1} << 40},
      {"64MiB", 64 << 20},
  };
  for (const auto& [text, want] : cases) {
    SCOPED_TRACE(text);
    const Result<Bytes> got = parse_size(text);
    ASSERT_TRUE(got) << got.error().message();
    EXPECT_EQ(got->count(), want);
  }
}

struct ErrorCase {
  std::string text;
  std::string want;
};

TEST(Quantity, RefusesOtherDurations) {
  const std::vector<ErrorCase> cases{
      {"", "expected a duration such as 300us: got "},
      {"soon", "expected a duration such as 300us: got soon"},
      {"300", "a duration needs a unit (ns, us, ms, s, min, h), such as 300us: got 300"},
      {"300mus", "unknown unit: mus; did you mean us? known: ns, us, ms, s, min, h in a duration"},
      {"3GiB", "unknown unit: GiB; known: ns, us, ms, s, min, h in a duration"},
      {"-1s", "a duration cannot be negative: got -1s"},
      {"1e30h", "a duration is too large: got 1e30h"},
      {"0.5ns", "a duration must be a whole number of ns: got 0.5ns"},
      {"nan s", "expected a duration such as 300us: got nan s"},
      {"inf s", "expected a duration such as 300us: got inf s"},
  };
  for (const auto& [text, want] : cases) {
    SCOPED_TRACE(text);
    const Result<Nanoseconds> got = parse_duration(text);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().message(), want);
  }
}

TEST(Quantity, RefusesOtherSizes) {
  const std::vector<ErrorCase> cases{
      {"4", "a size needs a unit (B, KiB, MiB, GiB, TiB, kB, MB, GB, TB), such as 4GiB: got 4"},
      {"4Gib",
       "unknown unit: Gib; did you mean GiB? known: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB "
       "in a size"},
      {"9999999TiB", "a size is too large: got 9999999TiB"},
      {"0.3B", "a size must be a whole number of B: got 0.3B"},
  };
  for (const auto& [text, want] : cases) {
    SCOPED_TRACE(text);
    const Result<Bytes> got = parse_size(text);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().message(), want);
  }
}

TEST(Quantity, WritesTheLargestUnitWithoutAFraction) {
  EXPECT_EQ(exact_text(1500ms), "1500ms");
  EXPECT_EQ(exact_text(Nanoseconds(60s)), "1min");
  EXPECT_EQ(exact_text(Nanoseconds(90s)), "90s");
  EXPECT_EQ(exact_text(Nanoseconds(0)), "0ns");
  EXPECT_EQ(exact_text(Bytes(std::int64_t{4} << 30)), "4GiB");
  EXPECT_EQ(exact_text(Bytes(1'000)), "1000B");
}

TEST(Quantity, WhatIsWrittenReadsBackEqual) {
  Random random(3);
  for (int round = 0; round < 2'000; ++round) {
    // Up to 2^52: beyond it a double between number and unit would round.
    const auto amount = static_cast<std::int64_t>(random.next() >> (12 + random.below(50)));
    EXPECT_EQ(*parse_duration(exact_text(Nanoseconds(amount))), Nanoseconds(amount));
    EXPECT_EQ(*parse_size(exact_text(Bytes(amount))), Bytes(amount));
  }
}

}  // namespace
}  // namespace assay::spec
