// SPDX-License-Identifier: MIT
#include "engine/plan/plan_cache.h"

#include <gmock/gmock.h>

#include <latch>
#include <thread>

namespace assay::plan {
namespace {

class FakeExecutable : public backend::Executable {
 public:
  explicit FakeExecutable(std::int64_t arena) { facts_.arena = Bytes(arena); }
  Result<void> run(const backend::RunArguments&) override { return {}; }
  const backend::Signature& signature() const override { return signature_; }
  const backend::ExecutableFacts& facts() const override { return facts_; }

 private:
  backend::Signature signature_;
  backend::ExecutableFacts facts_;
};

PlanKey key_of(std::int64_t sequence, std::string graph = "g1") {
  return {.graph = std::move(graph),
          .weights = "w",
          .device = "cpu",
          .options = "default",
          .bindings = {{"sequence", sequence}}};
}

PlanCache::Build builder(int& builds, std::int64_t arena = 100) {
  return [&builds, arena]() -> Result<std::unique_ptr<backend::Executable>> {
    ++builds;
    return std::unique_ptr<backend::Executable>(std::make_unique<FakeExecutable>(arena));
  };
}

TEST(PlanCache, BuildsOnceAndCounts) {
  PlanCache cache(Bytes(1000));
  int builds = 0;
  const auto first = cache.get(key_of(128), builder(builds));
  const auto second = cache.get(key_of(128), builder(builds));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(builds, 1);
  EXPECT_EQ(cache.counts().hits, 1);
  EXPECT_EQ(cache.counts().misses, 1);
  EXPECT_EQ(cache.counts().held, Bytes(100));
}

TEST(PlanCache, LetsTheLeastRecentlyUsedGo) {
  PlanCache cache(Bytes(250));
  int builds = 0;
  ASSERT_TRUE(cache.get(key_of(1), builder(builds)));
  ASSERT_TRUE(cache.get(key_of(2), builder(builds)));
  ASSERT_TRUE(cache.get(key_of(1), builder(builds)));  // 2 is now the oldest.
  ASSERT_TRUE(cache.get(key_of(3), builder(builds)));
  EXPECT_EQ(cache.counts().evictions, 1);
  EXPECT_EQ(cache.explain_miss(key_of(1)), "");
  EXPECT_NE(cache.explain_miss(key_of(2)), "");
  ASSERT_TRUE(cache.get(key_of(4), builder(builds, 9999))) << "larger than the limit";
  EXPECT_EQ(cache.counts().entries, 1);
  EXPECT_EQ(cache.explain_miss(key_of(4)), "");
}

TEST(PlanCache, ExplainsWhichPartWasNew) {
  PlanCache cache(Bytes(1000));
  EXPECT_EQ(cache.explain_miss(key_of(64)), "the cache is empty");
  int builds = 0;
  ASSERT_TRUE(cache.get(key_of(64), builder(builds)));
  ASSERT_TRUE(cache.get(key_of(256), builder(builds)));
  EXPECT_EQ(cache.explain_miss(key_of(128)),
            "bindings: sequence=128 asked for, known: sequence=64; sequence=256");
  EXPECT_EQ(cache.explain_miss(key_of(64, "g2")), "graph: g2 asked for, known: g1");
}

TEST(PlanCache, IsClearedAndBuildsAgain) {
  PlanCache cache(Bytes(1000));
  int builds = 0;
  const auto kept = cache.get(key_of(64), builder(builds));
  ASSERT_TRUE(kept && cache.get(key_of(256), builder(builds)));
  EXPECT_EQ(cache.clear(), 2);
  EXPECT_EQ(cache.counts().entries, 0);
  EXPECT_EQ(cache.counts().held, Bytes(0));
  EXPECT_EQ(cache.explain_miss(key_of(64)), "the cache is empty");
  EXPECT_EQ((*kept)->facts().arena, Bytes(100)) << "whoever has one keeps it";
  ASSERT_TRUE(cache.get(key_of(64), builder(builds)));
  EXPECT_EQ(builds, 3);
  EXPECT_EQ(cache.clear(), 1);
  EXPECT_EQ(cache.clear(), 0);
}

TEST(PlanCache, DoesNotKeepAFailure) {
  PlanCache cache(Bytes(1000));
  const auto failed = cache.get(key_of(1), []() -> Result<std::unique_ptr<backend::Executable>> {
    return Error::environment("out of memory");
  });
  EXPECT_FALSE(failed);
  int builds = 0;
  EXPECT_TRUE(cache.get(key_of(1), builder(builds)));
  EXPECT_EQ(builds, 1);
}

TEST(PlanCache, OneBuildServesAllWhoMissAtOnce) {
  PlanCache cache(Bytes(1000));
  constexpr int kCallers = 8;
  int builds = 0;
  std::latch all_are_here(kCallers);
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      all_are_here.arrive_and_wait();
      EXPECT_TRUE(cache.get(key_of(7), builder(builds)));
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_EQ(builds, 1);
  EXPECT_EQ(cache.counts().hits + cache.counts().misses, kCallers);
}

}  // namespace
}  // namespace assay::plan
