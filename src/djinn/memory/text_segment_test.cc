// SPDX-License-Identifier: MIT
#include "djinn/memory/text_segment.h"

#include <gmock/gmock.h>

#include <cstring>
#include <vector>

#include "core/random.h"

namespace assay::djinn {
namespace {

WeightKey key_of(int number, std::string space = "a") {
  WeightKey key{.space = std::move(space)};
  key.content[0] = static_cast<std::byte>(number);
  return key;
}

std::unique_ptr<TextSegment> segment_of(std::int64_t pages) {
  auto segment = TextSegment::create(Bytes(pages * page_size()));
  ASSAY_CHECK(segment.has_value(), "a small segment is there");
  return std::move(*segment);
}

void put(TextSegment& text, const WeightKey& key, std::int64_t size, int fill) {
  const auto bytes = text.begin(key, Bytes(size));
  ASSERT_TRUE(bytes.has_value()) << bytes.error().message;
  std::memset(bytes->data(), fill, bytes->size());
  ASSERT_TRUE(text.seal(key));
}

RefusalReason reason_of(const auto& outcome) {
  return outcome.error().reason;
}

TEST(TextSegment, HoldsAWeightOnceForAllWhoUseIt) {
  const auto text = segment_of(8);
  put(*text, key_of(1), 5'000, 7);
  EXPECT_TRUE(text->has(key_of(1)));
  const auto first = text->acquire(key_of(1));
  const auto second = text->acquire(key_of(1));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->data(), second->data());
  EXPECT_EQ(first->size(), 5'000U);
  EXPECT_EQ((*first)[4'999], std::byte{7});
  EXPECT_EQ(reason_of(text->begin(key_of(1), Bytes(5'000))), RefusalReason::kAlreadySealed);
  EXPECT_EQ(text->report().used, Bytes(5'000));
  EXPECT_EQ(text->report().waste_internal, Bytes(2 * page_size() - 5'000));
  EXPECT_EQ(text->counts().found, 2);
}

TEST(TextSegment, KeepsSpacesApart) {
  const auto text = segment_of(8);
  put(*text, key_of(1, "alice"), 100, 1);
  EXPECT_FALSE(text->has(key_of(1, "bob"))) << "knowing a hash is not having the weights";
  EXPECT_EQ(reason_of(text->acquire(key_of(1, "bob"))), RefusalReason::kUnknownWeight);
  put(*text, key_of(1, "bob"), 100, 1);
  EXPECT_EQ(text->counts().weights, 2);
}

TEST(TextSegment, RefusesWhatDoesNotFitItsState) {
  const auto text = segment_of(4);
  EXPECT_EQ(reason_of(text->seal(key_of(1))), RefusalReason::kUnknownWeight);
  EXPECT_EQ(reason_of(text->release(key_of(1))), RefusalReason::kUnknownWeight);
  ASSERT_TRUE(text->begin(key_of(1), Bytes(10)));
  EXPECT_FALSE(text->has(key_of(1))) << "not before it is sealed";
  EXPECT_EQ(reason_of(text->acquire(key_of(1))), RefusalReason::kNotSealed);
  ASSERT_TRUE(text->writable(key_of(1)));
  ASSERT_TRUE(text->seal(key_of(1)));
  EXPECT_EQ(reason_of(text->writable(key_of(1))), RefusalReason::kAlreadySealed);
  EXPECT_EQ(reason_of(text->abandon(key_of(1))), RefusalReason::kAlreadySealed);
  EXPECT_EQ(reason_of(text->give_back(key_of(1))), RefusalReason::kNotSealed);
  EXPECT_EQ(reason_of(text->begin(key_of(2), Bytes(5 * page_size()))), RefusalReason::kTooLarge);
}

TEST(TextSegment, EvictsTheLongestUnusedAndNothingInUse) {
  const auto text = segment_of(3);
  for (int i = 1; i <= 3; ++i)
    put(*text, key_of(i), page_size(), i);
  ASSERT_TRUE(text->acquire(key_of(1)));
  ASSERT_TRUE(text->acquire(key_of(2)));
  ASSERT_TRUE(text->acquire(key_of(3)));
  EXPECT_EQ(reason_of(text->begin(key_of(4), Bytes(1))), RefusalReason::kDeviceFull);
  ASSERT_TRUE(text->release(key_of(3)));
  ASSERT_TRUE(text->release(key_of(1)));
  put(*text, key_of(4), 1, 4);
  EXPECT_FALSE(text->has(key_of(3))) << "unused for longer than 1";
  EXPECT_TRUE(text->has(key_of(1)));
  EXPECT_TRUE(text->has(key_of(2)));
  EXPECT_EQ(text->counts().evicted, 1);
}

TEST(TextSegment, GivesNobodyTheBytesOfAnother) {
  const auto text = segment_of(2);
  put(*text, key_of(1), 2 * page_size(), 0x77);
  const auto bytes = text->begin(key_of(2), Bytes(2 * page_size()));
  ASSERT_TRUE(bytes.has_value()) << "the first is evicted";
  EXPECT_TRUE(std::ranges::all_of(*bytes, [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST(TextSegment, SpaceReallyComesBack) {
  const auto text = segment_of(16);
  for (int round = 0; round < 10'000; ++round) {  // A bump allocator ends here after two.
    const auto bytes = text->begin(key_of(1), Bytes(9 * page_size()));
    ASSERT_TRUE(bytes.has_value()) << round;
    if (round % 2 == 0) {
      ASSERT_TRUE(text->abandon(key_of(1)));
    } else {
      ASSERT_TRUE(text->seal(key_of(1)));
      put(*text, key_of(2), 9 * page_size(), 1);  // Evicts the first.
      put(*text, key_of(3), 9 * page_size(), 1);  // Evicts the second.
    }
  }
}

TEST(TextSegment, LendsRoomToWhatTheDeviceHoldsItself) {
  const auto text = segment_of(8);
  ASSERT_TRUE(text->lend(key_of(9), Bytes(6 * page_size() - 1)));
  EXPECT_EQ(text->report().used, Bytes(6 * page_size() - 1));
  EXPECT_EQ(reason_of(text->begin(key_of(1), Bytes(3 * page_size()))), RefusalReason::kDeviceFull);
  EXPECT_EQ(reason_of(text->acquire(key_of(9))), RefusalReason::kNotSealed);
  ASSERT_TRUE(text->give_back(key_of(9)));
  put(*text, key_of(1), 8 * page_size(), 3);
}

TEST(TextSegment, BooksAddUpOverRandomUse) {
  const auto text = segment_of(40);
  Random random(9);
  std::map<int, std::pair<int, std::vector<std::byte>>> model;  // Uses and bytes, sealed ones.
  for (int step = 0; step < 3'000; ++step) {
    const int number = static_cast<int>(random.below(40));
    const WeightKey key = key_of(number);
    const bool is_there = text->has(key);
    ASSERT_TRUE(is_there || !model.contains(number) || model[number].first == 0)
        << "evicted in use";
    if (!is_there) {
      model.erase(number);
      const auto size = static_cast<std::int64_t>(random.below(20'000)) + 1;
      if (const auto bytes = text->begin(key, Bytes(size))) {
        for (std::byte& byte : *bytes)
          byte = static_cast<std::byte>(random.next());
        model[number] = {0, {bytes->begin(), bytes->end()}};
        ASSERT_TRUE(text->seal(key));
      } else {
        ASSERT_EQ(bytes.error().reason, RefusalReason::kDeviceFull);
      }
    } else if (model[number].first > 0 && random.coin()) {
      ASSERT_TRUE(text->release(key));
      --model[number].first;
    } else if (model[number].first < 3) {
      const auto bytes = text->acquire(key);
      ASSERT_TRUE(bytes.has_value());
      ASSERT_TRUE(std::ranges::equal(*bytes, model[number].second));
      ++model[number].first;
    }
    MemoryReport report;
    report.text = text->report();
    ASSERT_EQ(imbalance(report), std::nullopt);
  }
  EXPECT_GT(text->counts().evicted, 50);
}

TEST(TextSegmentDeathTest, SealedWeightsCannotBeWritten) {
  const auto text = segment_of(2);
  const auto bytes = text->begin(key_of(1), Bytes(16));
  ASSERT_TRUE(bytes.has_value());
  volatile std::byte* const first = bytes->data();
  *first = std::byte{1};
  ASSERT_TRUE(text->seal(key_of(1)));
  EXPECT_DEATH(*first = std::byte{2}, "");
  const std::byte read = *first;
  EXPECT_EQ(read, std::byte{1});
}

}  // namespace
}  // namespace assay::djinn
