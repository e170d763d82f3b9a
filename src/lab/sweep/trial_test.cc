// SPDX-License-Identifier: MIT
#include "lab/sweep/trial.h"

#include <gmock/gmock.h>

#include <limits>
#include <set>

#include "core/codec/json.h"

namespace assay::sweep {
namespace {

constexpr std::int64_t kK = 107;

Trial sample_trial() {
  return {
      .id = "k=107",
      .kind = TrialKind::kCell,
      .comparison = "",
      .workload = "gemm",
      .factors = {{"k", kK}, {"alpha", 2.0}},
      .arms = {{.name = "openblas",
                .factors = {{"k", kK}, {"alpha", 2.0}, {"library", "openblas"}}},
               {.name = "onednn", .factors = {{"k", kK}, {"alpha", 2.0}, {"library", "onednn"}}}},
      .seed = std::numeric_limits<std::uint64_t>::max() - 1};
}

TEST(Trial, RoundTripThroughJsonIsExact) {
  Trial trial = sample_trial();
  for (const TrialKind kind : {TrialKind::kCell, TrialKind::kCompare, TrialKind::kFloor}) {
    trial.kind = kind;
    trial.comparison = kind == TrialKind::kCompare ? "flush" : "";
    const Result<codec::Node> node = codec::parse_json(codec::to_json(to_node(trial)));
    ASSERT_TRUE(node);
    const Result<Trial> again = trial_from(*node);
    ASSERT_TRUE(again) << again.error().to_string();
    EXPECT_EQ(again->id, trial.id);
    EXPECT_EQ(again->kind, kind);
    EXPECT_EQ(again->comparison, trial.comparison);
    EXPECT_EQ(again->workload, "gemm");
    EXPECT_EQ(again->seed, trial.seed);
    EXPECT_EQ(again->factors, trial.factors);
    ASSERT_EQ(again->arms.size(), 2U);
    EXPECT_EQ(again->arms[1].factors, trial.arms[1].factors);
    EXPECT_EQ(key_of(*again), key_of(trial));
    EXPECT_EQ(codec::to_json(to_node(*again)), codec::to_json(to_node(trial)));
  }
}

TEST(Trial, KeyIgnoresOrderIdAndSeed) {
  const std::uint64_t key = key_of(sample_trial());
  Trial other = sample_trial();
  other.id = "another";
  other.seed = 3;
  std::swap(other.arms[0], other.arms[1]);
  other.arms[0].factors = {{"library", "onednn"}, {"alpha", 2.0}, {"k", kK}};
  EXPECT_EQ(key_of(other), key);
}

TEST(Trial, KeyTellsEverythingElseApart) {
  std::set<std::uint64_t> keys{key_of(sample_trial())};
  const auto add = [&](auto change) {
    Trial trial = sample_trial();
    change(trial);
    keys.insert(key_of(trial));
  };
  add([](Trial& trial) { trial.workload = "sdpa"; });
  add([](Trial& trial) { trial.kind = TrialKind::kFloor; });
  add([](Trial& trial) { trial.comparison = "flush"; });
  add([](Trial& trial) { trial.arms[0].name = "blas"; });
  add([](Trial& trial) { trial.arms[0].factors.set("k", std::int64_t{108}); });
  add([](Trial& trial) { trial.arms[1].factors.set("k", 107.0); });
  add([](Trial& trial) { trial.arms.pop_back(); });
  add([](Trial& trial) { std::swap(trial.arms[0].name, trial.arms[1].name); });
  EXPECT_EQ(keys.size(), 9U);
}

TEST(Trial, BadNodesAreNamed) {
  struct Case {
    std::string key;
    codec::Node value;
    std::string want;
  };
  const std::vector<Case> cases{
      {"id", codec::Node(3), "a trial needs the text `id`"},
      {"kind", codec::Node("cells"), "a trial's kind is cell, compare or floor: got cells"},
      {"seed", codec::Node("xyz"), "a trial's seed is hexadecimal: got xyz"},
      {"factors", codec::Node("k=3"), "factors must be a map of names to values"},
      {"arms", codec::Node::list(), "a trial needs a list of arms"},
  };
  for (const auto& [key, value, want] : cases) {
    codec::Node node = to_node(sample_trial());
    node.set(key, value);
    EXPECT_EQ(trial_from(node).error().message(), want);
  }
  EXPECT_EQ(trial_from(codec::Node("x")).error().message(), "a trial is a map");
}

}  // namespace
}  // namespace assay::sweep
