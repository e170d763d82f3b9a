// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/autotune.h"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <vector>

#include "engine/backends/cpu/cpu_device.h"

namespace assay::cpu {
namespace {

using backend::Choice;
using backend::CompileMode;
using kernels::PackedWeight;
using tensor::DType;

/// Winners that can be looked at: what was timed is kept once.
class WatchedWinners : public backend::Winners {
 public:
  std::optional<std::string> find(const std::string& what) override {
    const auto found = entries.find(what);
    if (found == entries.end()) return std::nullopt;
    return found->second;
  }
  void keep(const std::string& what, const std::string& winner) override {
    entries[what] = winner;
    ++timings;
  }
  std::string trouble() const override { return said; }

  std::map<std::string, std::string> entries;
  std::string said;
  int timings = 0;
};

/// A weight of zeros.
struct EmptyWeight {
  EmptyWeight(DType stored, std::int64_t n, std::int64_t k)
      : memory(static_cast<std::size_t>(kernels::packed_weight_bytes(stored, n, k))),
        packed{memory.data(), stored, n, k, nullptr} {}
  std::vector<std::byte> memory;
  PackedWeight packed;
};

TEST(TunedBlocking, TimesOnceAndOfEveryDType) {
  for (const DType stored : {DType::kF32, DType::kF16, DType::kBf16, DType::kI8}) {
    const EmptyWeight weight(stored, 96, 160);
    const TunedProduct product{weight.packed, 40, 2, WeightIn::kMemory};
    WatchedWinners winners;
    const auto timed = tuned_blocking(product, winners);
    ASSERT_TRUE(timed) << timed.error().to_string();
    EXPECT_EQ(timed->choice, Choice::kTimed);
    const auto remembered = tuned_blocking(product, winners);
    EXPECT_EQ(remembered->choice, Choice::kRemembered);
    EXPECT_EQ(remembered->blocking, timed->blocking);
    EXPECT_EQ(winners.timings, 1);
  }
}

TEST(TunedBlocking, OtherProductsAreOtherWinners) {
  const EmptyWeight weight(DType::kF32, 96, 160);
  const EmptyWeight half(DType::kF16, 96, 160);
  const EmptyWeight turned(DType::kF32, 160, 96);
  std::set<std::string> products;
  for (const PackedWeight& packed : {weight.packed, half.packed, turned.packed}) {
    for (const std::int64_t m : {1, 40}) {
      for (const int threads : {1, 2}) {
        for (const WeightIn place : {WeightIn::kCache, WeightIn::kMemory})
          products.insert(to_text(TunedProduct{packed, m, threads, place}));
      }
    }
  }
  EXPECT_EQ(products.size(), 24U);
}

TEST(TunedBlocking, BelievesOnlyInCandidates) {
  const EmptyWeight weight(DType::kF32, 96, 160);
  for (const std::string said : {"", "stream", "0 x 0 x 0", "40 x 17 x 160", "9999 x 96 x 1\n"}) {
    const TunedProduct product{weight.packed, 40, 1, WeightIn::kCache};
    WatchedWinners winners;
    winners.entries[to_text(product)] = said;
    const auto tuned = tuned_blocking(product, winners);
    ASSERT_TRUE(tuned);
    EXPECT_EQ(tuned->choice, Choice::kTimed) << said;
    EXPECT_EQ(winners.timings, 1);
    EXPECT_NE(winners.entries.begin()->second, said) << "corrected";
  }
}

TEST(WeightIn, DependsOnAllWeightsAndCaches) {
  const std::int64_t cache = kernels::l2_cache_bytes();
  EXPECT_EQ(weight_in(Bytes(cache), 1), WeightIn::kCache);
  EXPECT_EQ(weight_in(Bytes(cache + 1), 1), WeightIn::kMemory);
  EXPECT_EQ(weight_in(Bytes(cache + 1), 2), WeightIn::kCache);
}

/// Two products of the same sizes and one of others.
graph::Graph three_products() {
  graph::Graph graph;
  graph::NodeId y = graph.input("x", DType::kF32, {"batch", 32});
  for (const char* name : {"a", "b"})
    y = graph.op("linear", {y, graph.weight(name, {DType::kF32, {32, 32}})});
  graph.output("y", graph.op("linear", {y, graph.weight("c", {DType::kF32, {48, 32}})}));
  return graph;
}

backend::ExecutableFacts prepared(CompileMode mode, std::shared_ptr<backend::Winners> winners) {
  const graph::Graph graph = three_products();
  const auto model = make_cpu_device(std::move(winners))
                         ->load(graph, *graph::seeded_weights(graph, 1), {.mode = mode});
  EXPECT_TRUE(model) << model.error().to_string();
  return (*(*model)->prepare({{"batch", 24}}))->facts();
}

TEST(MaxAutotune, ASecondLoadTimesNothing) {
  const auto winners = std::make_shared<WatchedWinners>();
  const auto first = prepared(CompileMode::kMaxAutotune, winners);
  EXPECT_EQ(winners->timings, 2) << "sizes that come twice are timed once";
  EXPECT_EQ(first.chosen(Choice::kTimed), 2);
  EXPECT_EQ(first.chosen(Choice::kRemembered), 1);
  const auto second = prepared(CompileMode::kMaxAutotune, winners);
  EXPECT_EQ(winners->timings, 2);
  EXPECT_EQ(second.chosen(Choice::kTimed), 0);
  EXPECT_EQ(second.chosen(Choice::kRemembered), 3);
}

TEST(MaxAutotune, NoOtherModeAsksOrTimes) {
  const auto winners = std::make_shared<WatchedWinners>();
  winners->said = "the file is unreadable";
  for (const CompileMode mode :
       {CompileMode::kNone, CompileMode::kDefault, CompileMode::kReduceOverhead}) {
    const auto facts = prepared(mode, winners);
    EXPECT_EQ(facts.chosen(Choice::kRule), std::ssize(facts.steps));
    EXPECT_TRUE(facts.remarks.empty());
  }
  EXPECT_EQ(winners->timings, 0);
  EXPECT_THAT(prepared(CompileMode::kMaxAutotune, winners).remarks,
              ::testing::ElementsAre("the file is unreadable"));
}

}  // namespace
}  // namespace assay::cpu
