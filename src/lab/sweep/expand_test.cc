// SPDX-License-Identifier: MIT
#include "lab/sweep/expand.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "core/codec/yaml.h"
#include "core/random.h"
#include "lab/spec/test_vocabulary.h"

namespace assay::sweep {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view kHead = "name: x\ngroup: t\nquestion: Q\nworkload: gemm\n";

spec::Spec spec_of(const std::string& body) {
  const Result<codec::Node> document = codec::parse_yaml(std::string(kHead) + body, "x.yaml");
  EXPECT_TRUE(document) << document.error().to_string();
  Result<spec::Spec> spec = spec::spec_from(*document, spec::test_vocabulary());
  EXPECT_TRUE(spec) << body << spec.error().to_string();
  return *spec;
}

Sweep sweep_of(const std::string& body) {
  Result<Sweep> sweep = expand(spec_of(body));
  EXPECT_TRUE(sweep) << sweep.error().to_string();
  return *sweep;
}

std::vector<std::string> ids_of(const Sweep& sweep) {
  std::vector<std::string> ids;
  for (const Trial& trial : sweep.trials) {
    ids.push_back(trial.id);
  }
  return ids;
}

constexpr std::string_view kNoFloor = "run: {floor_trials: 0}\n";

TEST(Expand, CrossesAxesInFileOrder) {
  const Sweep sweep = sweep_of(std::string(kNoFloor) +
                               "params: {n: 1}\n"
                               "axes:\n  k: [{from: 1, to: 2}]\n  shape: [{m: 3, alpha: 0.5}, "
                               "{m: 4, alpha: -1}]\n");
  EXPECT_THAT(ids_of(sweep), ElementsAre("k=1,m=3,alpha=0.5", "k=1,m=4,alpha=-1.0",
                                         "k=2,m=3,alpha=0.5", "k=2,m=4,alpha=-1.0"));
  EXPECT_EQ(to_text(sweep.trials[1].factors),
            "n=1 transposed=false dtype=f32 library=openblas note= k=1 m=4 alpha=-1.0");
  EXPECT_EQ(sweep.trials[1].arms.size(), 1U);
  EXPECT_EQ(sweep.trials[1].arms[0].factors, sweep.trials[1].factors);
}

TEST(Expand, ArmsAreLaidOverAndSharedFactorsAreShared) {
  const Sweep sweep = sweep_of(std::string(kNoFloor) +
                               "params: {m: 1, n: 1, k: 1}\n"
                               "arms: {blas: {}, dnn: {library: onednn}}\n");
  ASSERT_EQ(sweep.trials.size(), 1U);
  const Trial& trial = sweep.trials[0];
  EXPECT_EQ(trial.id, "point");
  EXPECT_EQ(trial.factors.find("library"), nullptr) << "the arms do not share it";
  EXPECT_EQ(*trial.arms[0].factors.text("library"), "openblas");
  EXPECT_EQ(*trial.arms[1].factors.text("library"), "onednn");
}

TEST(Expand, WhereTakesPointsOut) {
  const Sweep sweep = sweep_of(std::string(kNoFloor) +
                               "params: {m: 1, n: 1}\naxes: {k: {from: 1, to: 20}}\n"
                               "where: k % 8 == 0 or k == 3\n");
  EXPECT_THAT(ids_of(sweep), ElementsAre("k=3", "k=8", "k=16"));
  EXPECT_EQ(sweep.filtered_count, 17);
}

TEST(Expand, ComparesPairsAtTheOtherPoints) {
  const Sweep sweep =
      sweep_of(std::string(kNoFloor) +
               "params: {n: 1}\naxes: {k: [96, 112], m: [1, 2]}\n"
               "arms: {blas: {library: openblas}, dnn: {library: onednn}}\n"
               "compare:\n  flush: {axis: k, pairs: [[112, 107], [96, 97]], where: m == 2}\n"
               "  both: {axis: m, pairs: [[1, 2]], where: k == 96, arms: [blas, dnn]}\n");
  ASSERT_EQ(sweep.trials.size(), 8U);
  EXPECT_EQ(sweep.trials[4].id, "flush:k=112..107,m=2");
  EXPECT_EQ(sweep.trials[5].id, "flush:k=96..97,m=2");
  EXPECT_EQ(sweep.trials[6].id, "both:m=1..2,k=96:blas");
  EXPECT_EQ(sweep.trials[7].id, "both:m=1..2,k=96:dnn");
  const Trial& flush = sweep.trials[4];
  EXPECT_EQ(flush.kind, TrialKind::kCompare);
  EXPECT_EQ(flush.comparison, "flush");
  EXPECT_EQ(flush.factors.find("k"), nullptr);
  EXPECT_EQ(*flush.factors.text("library"), "openblas");
  EXPECT_EQ(flush.arms[0].name, "base");
  EXPECT_EQ(*flush.arms[0].factors.integer("k"), 112);
  EXPECT_EQ(flush.arms[1].name, "other");
  EXPECT_EQ(*flush.arms[1].factors.integer("k"), 107);
  EXPECT_EQ(*sweep.trials[7].factors.text("library"), "onednn");
}

TEST(Expand, FloorsAreSpreadOverTheSweep) {
  const Sweep sweep = sweep_of(
      "run: {floor_trials: 3}\nparams: {m: 1, n: 1}\naxes: {k: {from: 1, to: 9}}\n"
      "arms: {blas: {library: openblas}, dnn: {library: onednn}}\n");
  ASSERT_EQ(sweep.trials.size(), 12U);
  EXPECT_EQ(sweep.trials[9].id, "floor:k=2");
  EXPECT_EQ(sweep.trials[10].id, "floor:k=5");
  EXPECT_EQ(sweep.trials[11].id, "floor:k=8");
  const Trial& floor = sweep.trials[10];
  EXPECT_EQ(floor.kind, TrialKind::kFloor);
  EXPECT_EQ(floor.arms[0].name, "a");
  EXPECT_EQ(floor.arms[1].name, "a again");
  EXPECT_EQ(floor.arms[0].factors, floor.arms[1].factors);
  EXPECT_EQ(*floor.arms[0].factors.text("library"), "openblas");
  EXPECT_EQ(sweep_of("run: {floor_trials: 9}\nparams: {m: 1, n: 1, k: 1}\n").trials.size(), 2U);
}

TEST(Expand, EqualTrialsAreFound) {
  const Sweep sweep = sweep_of(std::string(kNoFloor) +
                               "params: {m: 1, n: 1}\n"
                               "axes: {k: [{from: 96, to: 98}, 97, 97], alpha: [1, 1.0]}\n");
  EXPECT_EQ(sweep.trials.size(), 10U);
  EXPECT_EQ(sweep.trials[1].id, "k=96,alpha=1.0~2");
  EXPECT_EQ(sweep.trials[9].id, "k=97,alpha=1.0~6");
  EXPECT_EQ(sweep.duplicates.size(), 7U);
  const auto ids = ids_of(sweep);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
  for (const auto& [duplicate, original] : sweep.duplicates) {
    EXPECT_EQ(key_of(sweep.trials[duplicate]), key_of(sweep.trials[original]));
    EXPECT_LT(original, duplicate);
  }
}

TEST(Expand, SeedsComeFromTheRunAndTheFactorsOnly) {
  const std::string axes = "params: {m: 1, n: 1}\naxes: {k: [1, 2, 3]}\n";
  const Sweep sweep = sweep_of(axes);
  const Sweep turned = sweep_of("params: {n: 1, m: 1}\naxes: {k: [3, 2]}\n");
  EXPECT_EQ(sweep.trials[2].seed, turned.trials[0].seed);
  EXPECT_NE(sweep.trials[0].seed, sweep.trials[1].seed);
  EXPECT_NE(sweep_of("run: {seed: 2}\n" + axes).trials[0].seed, sweep.trials[0].seed);
}

TEST(Expand, RefusesMoreThanTheLimitWithTheCount) {
  const spec::Spec spec = spec_of(
      "params: {n: 1}\naxes: {k: {from: 1, to: 1000}, m: {from: 1, to: 1001}}\n"
      "compare: {c: {axis: k, pairs: [[1, 2]]}}\n");
  EXPECT_EQ(expand(spec).error().message(),
            "x has 1002002 trials before `where` (axes: k 1000 x m 1001); the limit is 100000: "
            "narrow the axes");
  EXPECT_EQ(expand(spec_of("params: {m: 1, n: 1, k: 1}\n"), {.trials_max = 1}).error().message(),
            "x has 2 trials before `where` (axes: none); the limit is 1: narrow the axes");
}

TEST(Expand, CountsWhatIsLeftOfAHugeSweepWithoutKeepingIt) {
  const std::string huge =
      std::string(kNoFloor) +
      "params: {n: 1}\naxes: {k: {from: 1, to: 1000}, m: {from: 1, to: 1000}}\n";
  const Sweep few = sweep_of(huge + "where: k == 7 and m <= 3\n");
  EXPECT_THAT(ids_of(few), ElementsAre("k=7,m=1", "k=7,m=2", "k=7,m=3"));
  EXPECT_EQ(few.filtered_count, 999'997);
  EXPECT_EQ(expand(spec_of(huge + "where: k != 7\n")).error().message(),
            "x has 1000000 trials before `where` (axes: k 1000 x m 1000) and more than 100000 "
            "after it; the limit is 100000: narrow the axes");
}

TEST(Expand, TheLimitIsExact) {
  const std::string body = std::string(kNoFloor) +
                           "params: {m: 1, n: 1}\naxes: {k: {from: 1, to: 40}}\nwhere: k <= 10\n"
                           "compare: {c: {axis: k, pairs: [[1, 2], [3, 4]]}}\n";
  EXPECT_TRUE(expand(spec_of(body), {.trials_max = 12}));
  EXPECT_FALSE(expand(spec_of(body), {.trials_max = 11}));
}

TEST(Expand, AComparisonWithoutAPairIsAnErrorWithItsPlace) {
  const std::string body = "params: {m: 1, n: 1}\naxes: {k: [1, 2, 3]}\n";
  EXPECT_EQ(
      expand(spec_of(body + "compare:\n  c: {axis: k, pairs: [[1, 2]], where: m > 4}\n"))
          .error()
          .message(),
      "x.yaml:8:40: compare.c.where: `m > 4` leaves compare.c without a pair; widen it or leave it "
      "out (~compare.c)");
  EXPECT_THAT(expand(spec_of(body + "where: k != 2\ncompare: {c: {axis: k, pairs: [[1, 2]]}}\n"))
                  .error()
                  .message(),
              ::testing::StartsWith("x.yaml:7:8: where: `k != 2` leaves compare.c"));
}

TEST(Expand, FactorsThatDoNotGoTogetherAreNamed) {
  const Sweep sweep = sweep_of("params: {m: 1, n: 1}\naxes: {k: [1, 2, 3]}\n");
  spec::WorkloadEntry workload{.name = "gemm", .about = "", .parameters = {}};
  EXPECT_TRUE(check_factors(sweep, workload));
  workload.check = [](const spec::Factors& factors) -> Result<void> {
    if (*factors.integer("k") < 3) return {};
    return Error::user("k ({}) must be below 3", *factors.integer("k"));
  };
  EXPECT_EQ(check_factors(sweep, workload).error().message(),
            "k=3, arm only: gemm: k (3) must be below 3; change it, or take the point out with "
            "`where`");
}

TEST(Expand, TheCountDoesNotOverflow) {
  spec::Spec spec = spec_of("params: {m: 1, n: 1, k: 1}\n");
  for (int i = 0; i < 8; ++i) {
    spec.axes.push_back({.names = {format("a{}", i)}, .rows = {}});
    spec.axes.back().rows.assign(1'000, {spec::Scalar(std::int64_t{1})});
  }
  EXPECT_THAT(expand(spec).error().message(),
              ::testing::HasSubstr("more than 9223372036854775807 trials"));
}

TEST(Expand, AnEmptySweepIsAnError) {
  const spec::Spec spec = spec_of("params: {m: 1, n: 1}\naxes: {k: [1, 2]}\nwhere: k > 2\n");
  EXPECT_EQ(expand(spec).error().message(),
            "x.yaml:7:8: where: `where` takes out all 2 points of x: k > 2");
}

TEST(Expand, ExpectationsAreChecked) {
  const std::string body = "params: {m: 1, n: 1}\naxes: {k: [1, 2]}\n";
  const Sweep sweep = sweep_of(body);
  EXPECT_TRUE(check_expected(spec_of(body + "expect: {trials: 2, cells: 2}\n"), sweep));
  EXPECT_EQ(check_expected(spec_of(body + "expect: {trials: 3}\n"), sweep).error().message(),
            "x: expect.trials says 3: got 2");
  EXPECT_EQ(check_expected(spec_of(body + "expect: {cells: 5}\n"), sweep).error().message(),
            "x: expect.cells says 5: got 2");
}

TEST(Expand, LongIdsAreCutAndStayUnique) {
  spec::Spec spec = spec_of("params: {m: 1, n: 1, k: 1}\n");
  const std::string longest(200, 'x');
  spec.axes.push_back(
      {.names = {"note"},
       .rows = {
           {spec::Scalar(longest + "1")}, {spec::Scalar(longest + "2")}, {spec::Scalar("a b;c")}}});
  const Result<Sweep> sweep = expand(spec);
  ASSERT_TRUE(sweep);
  EXPECT_LE(sweep->trials[0].id.size(), 120U);
  EXPECT_NE(sweep->trials[0].id, sweep->trials[1].id);
  EXPECT_EQ(sweep->trials[2].id, "note=a-b-c");
}

TEST(Expand, TheExampleOfThePageIsWhatItSays) {
  std::ostringstream page;
  page << std::ifstream(std::filesystem::path(ASSAY_ROOT) / "docs/experiment-file.md").rdbuf();
  const std::string text = page.str();
  const std::size_t begin = text.find("```yaml\n") + 8;
  const auto path = std::filesystem::temp_directory_path() /
                    format("assay_expand_{}.yaml", static_cast<int>(::getpid()));
  std::ofstream(path) << text.substr(begin, text.find("```", begin) - begin);
  const Result<spec::Spec> spec =
      spec::load_spec({.path = path, .scale = "smoke", .overrides = {}}, spec::test_vocabulary());
  std::filesystem::remove(path);
  ASSERT_TRUE(spec) << spec.error().to_string();
  ASSERT_GT(spec->expect.trials, 0);
  const Result<Sweep> sweep = expand(*spec);
  ASSERT_TRUE(sweep) << sweep.error().to_string();
  const Result<void> expected = check_expected(*spec, *sweep);
  EXPECT_TRUE(expected) << expected.error().to_string();
}

/// Experiments of random shape: what holds must hold for every one of them.
TEST(Expand, IsDeterministicAndIndependentOfTheOrderOfKeys) {
  Random random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> axes;
    std::int64_t product = 1;
    for (const std::string_view name : {"k", "alpha", "transposed"}) {
      const auto count = static_cast<std::int64_t>(1 + random.below(name == "transposed" ? 2 : 5));
      std::string values = "true, false";
      if (name != "transposed") {
        values.clear();
        for (std::int64_t i = 0; i < count; ++i) {
          values += format("{}{}", i == 0 ? "" : ", ", i + 1);
        }
      } else if (count == 1) {
        values = "true";
      }
      product *= count;
      axes.push_back(format("  {}: [{}]\n", name, values));
    }
    const std::int64_t divisor = static_cast<std::int64_t>(1 + random.below(4));
    const std::string rest = format("where: k % {} == 0 or k == 1\n", divisor);
    const auto body = [&] {
      std::string text = "axes:\n";
      for (const std::string& axis : axes)
        text += axis;
      return text + rest;
    };
    const Sweep first = sweep_of("params: {m: 1, n: 2}\n" + body());
    const Sweep again = sweep_of("params: {m: 1, n: 2}\n" + body());
    EXPECT_EQ(ids_of(first), ids_of(again));
    random.shuffle(std::span(axes));
    const Sweep turned = sweep_of("params: {n: 2, m: 1}\n" + body());
    std::multiset<std::uint64_t> keys;
    std::multiset<std::uint64_t> turned_keys;
    for (const Trial& trial : first.trials) {
      if (trial.kind == TrialKind::kCell) keys.insert(key_of(trial) ^ trial.seed);
    }
    for (const Trial& trial : turned.trials) {
      if (trial.kind == TrialKind::kCell) turned_keys.insert(key_of(trial) ^ trial.seed);
    }
    EXPECT_EQ(keys, turned_keys);
    EXPECT_EQ(std::ssize(first.trials) - 1 + first.filtered_count, product) << "one floor trial";
  }
}

TEST(Expand, ComparesRowsOfAZippedAxis) {
  const auto sweep =
      expand(spec_of("axes: {s: [{k: 1, alpha: 2}, {k: 3, alpha: 2}], n: [5, 6]}\nparams: {m: 7}\n"
                     "compare: {c: {axis: s, pairs: [[{alpha: 2, k: 1}, {k: 3, alpha: 2}]]}}\n"));
  ASSERT_TRUE(sweep) << sweep.error().to_string();
  std::vector<const Trial*> compared;
  for (const Trial& trial : sweep->trials) {
    if (trial.kind == TrialKind::kCompare) compared.push_back(&trial);
  }
  ASSERT_EQ(compared.size(), 2U) << "one for each n; the zipped axis is not gone through";
  EXPECT_EQ(compared[0]->id, "c:k=1..3,alpha=2.0,n=5");
  for (const Trial* trial : compared) {
    EXPECT_EQ(trial->factors.find("k"), nullptr);
    EXPECT_EQ(*trial->arms[0].factors.find("k"), spec::Scalar(std::int64_t{1}));
    EXPECT_EQ(*trial->arms[1].factors.find("k"), spec::Scalar(std::int64_t{3}));
    EXPECT_EQ(*trial->arms[1].factors.find("alpha"), spec::Scalar(2.0));
    EXPECT_EQ(*trial->arms[1].factors.find("m"), spec::Scalar(std::int64_t{7}));
  }
}

TEST(FloorTrial, IsTheArmAgainstItself) {
  const spec::Spec spec = spec_of(
      "params: {m: 1, n: 1}\naxes: {k: [1, 2]}\nrun: {floor_trials: 2}\n"
      "arms: {blas: {}, dnn: {library: onednn}}\n");
  const auto sweep = expand(spec);
  ASSERT_TRUE(sweep) << sweep.error().to_string();
  const Trial base = floor_trial(spec, sweep->trials[0], 0);
  EXPECT_EQ(base.id, "floor:k=1");
  EXPECT_EQ(key_of(base), key_of(sweep->trials[2])) << "the same that is planned";
  EXPECT_EQ(base.seed, sweep->trials[2].seed);
  const Trial other = floor_trial(spec, sweep->trials[0], 1);
  EXPECT_EQ(other.id, "floor:k=1:dnn");
  EXPECT_EQ(*other.arms[0].factors.text("library"), "onednn");
  EXPECT_EQ(other.arms[0].factors, other.arms[1].factors);
}

}  // namespace
}  // namespace assay::sweep
