// SPDX-License-Identifier: MIT
#include "djinn/schedule/fair_queue.h"

#include <gmock/gmock.h>

#include "core/random.h"

namespace assay::djinn {
namespace {

FairItem item(std::uint64_t id, std::string tenant, std::int64_t cost) {
  return {.id = id,
          .tenant = std::move(tenant),
          .predicted = Nanoseconds(cost),
          .since = Nanoseconds(static_cast<std::int64_t>(id))};
}

TEST(FairQueue, TurnsAreWorthTheSameHoweverLongThePieces) {
  FairQueue queue(Nanoseconds(100));
  std::uint64_t id = 0;
  for (int i = 0; i < 1'000; ++i)
    queue.push(item(++id, "short", 10));
  for (int i = 0; i < 100; ++i)
    queue.push(item(++id, "long", 1'000));
  std::map<std::string, std::int64_t> served;
  for (int i = 0; i < 505; ++i) {
    const auto next = queue.pop();
    ASSERT_TRUE(next.has_value());
    served[next->tenant] += next->predicted.count();
  }
  EXPECT_NEAR(static_cast<double>(served["short"]), static_cast<double>(served["long"]), 1'100);
}

TEST(FairQueue, WithinATenantTheFirstComesFirst) {
  FairQueue queue(Nanoseconds(5));
  for (std::uint64_t id = 1; id <= 4; ++id)
    queue.push(item(id, "a", 7));
  EXPECT_EQ(queue.pop()->id, 1U);
  queue.push_front(item(1, "a", 3));
  EXPECT_EQ(queue.oldest()->id, 1U);
  EXPECT_EQ(queue.pop()->id, 1U);
  EXPECT_EQ(queue.remove(3)->id, 3U);
  EXPECT_EQ(queue.remove(3), std::nullopt);
  EXPECT_EQ(queue.pop()->id, 2U);
  EXPECT_EQ(queue.pop()->id, 4U);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.oldest(), std::nullopt);
}

TEST(FairQueue, TheIdleSaveNothingUp) {
  FairQueue queue(Nanoseconds(10));
  queue.push(item(1, "a", 10));
  EXPECT_EQ(queue.pop()->id, 1U);
  for (std::uint64_t id = 10; id < 30; ++id)
    queue.push(item(id, "b", 10));
  for (std::uint64_t id = 30; id < 50; ++id)
    queue.push(item(id, "a", 10));
  int of_a = 0;
  for (int i = 0; i < 20; ++i)
    of_a += queue.pop()->tenant == "a" ? 1 : 0;
  EXPECT_EQ(of_a, 10);
}

TEST(FairQueue, APieceOfAnySizeIsServedAtOnceWhenAlone) {
  FairQueue queue(Nanoseconds(1));
  queue.push(item(1, "a", INT64_MAX / 4));  // Turn by turn this would take centuries.
  EXPECT_EQ(queue.pop()->id, 1U);
}

TEST(FairQueue, GivesEverythingOnceAndLetsNobodyStarve) {
  Random random(8);
  FairQueue queue(Nanoseconds(50));
  std::map<std::uint64_t, int> served;
  std::uint64_t id = 0;
  for (int step = 0; step < 20'000; ++step) {
    if (random.below(100) < 52) {
      queue.push(item(++id, std::string(1, static_cast<char>('a' + random.below(7))),
                      static_cast<std::int64_t>(random.below(300))));
    } else if (const auto next = queue.pop()) {
      ++served[next->id];
    }
    ASSERT_EQ(queue.size(), static_cast<std::int64_t>(id) - std::ssize(served));
  }
  while (const auto next = queue.pop())
    ++served[next->id];
  EXPECT_EQ(served.size(), id);
  for (const auto& [which, times] : served)
    EXPECT_EQ(times, 1) << which;
}

}  // namespace
}  // namespace assay::djinn
