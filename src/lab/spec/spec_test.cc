// SPDX-License-Identifier: MIT
#include "lab/spec/spec.h"

#include <gmock/gmock.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/codec/json.h"
#include "core/codec/yaml.h"
#include "core/random.h"
#include "lab/spec/test_vocabulary.h"

namespace assay::spec {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A valid experiment that uses every key.
constexpr std::string_view kWhole = R"(name: g3
group: night_sweep
question: Does K pay for not being a multiple of 8?
workload: gemm
params: {m: 256, n: 256, alpha: 2}
axes:
  k: [{from: 96, to: 100}, 107, {from: 110, to: 130, step: 10}]
  precision: [{dtype: f32, transposed: false}, {transposed: true, dtype: f64}]
where: k % 2 == 1 or k > 100
arms:
  openblas: {library: openblas}
  onednn: {library: onednn}
compare:
  flush: {axis: k, pairs: [[112, 107], [96, 97]], where: dtype == "f32", arms: [onednn]}
measure: {samples_min: 20, budget: 250ms, sample_length: 300us, cache: flushed}
run: {processes: 5, isolate: trial, order: listed, memory_max: 2GiB, seed: 42}
claims:
  odd_k_costs:
    says: An odd K costs more than 5 % per unit of work.
    metric: time_per_work
    compare: flush
    where: library == "onednn"
    ratio: "> 1.05"
    every: false
    confidence: 0.9
    processes_min: 4
  libraries_agree: {says: They take equally long., base: openblas, other: onednn, within: 0.03}
figures:
  over_k: {kind: line, title: Time over K, x: k, y: time, color: library, facet: dtype}
tables:
  all: {kind: cells, title: Everything, columns: [k, dtype, time], where: arm == "onednn"}
expect: {trials: 20, statuses: [ok, unsupported]}
)";

Result<Spec> spec_of(std::string_view text) {
  const Result<codec::Node> document = codec::parse_yaml(text, "g3.yaml");
  if (!document) return document.error();
  return spec_from(*document, test_vocabulary());
}

TEST(Spec, ReadsWhatTheFileSays) {
  const Result<Spec> read = spec_of(kWhole);
  ASSERT_TRUE(read) << read.error().to_string();
  const Spec& spec = *read;
  EXPECT_EQ(spec.name, "g3");
  EXPECT_EQ(spec.group, "night_sweep");
  EXPECT_EQ(spec.workload, "gemm");
  EXPECT_EQ(to_text(spec.params), "m=256 n=256 alpha=2.0 note=");
  ASSERT_EQ(spec.axes.size(), 2U);
  EXPECT_THAT(spec.axes[0].names, ElementsAre("k"));
  EXPECT_EQ(spec.axes[0].rows.size(), 9U);
  EXPECT_EQ(spec.axes[0].rows[5][0], Scalar(std::int64_t{107}));
  EXPECT_THAT(spec.axes[1].names, ElementsAre("dtype", "transposed"));
  EXPECT_THAT(spec.axes[1].rows[1], ElementsAre(Scalar("f64"), Scalar(true)));
  EXPECT_EQ(spec.where.text(), "k % 2 == 1 or k > 100");
  ASSERT_EQ(spec.arms.size(), 2U);
  EXPECT_EQ(spec.arms[1].name, "onednn");
  EXPECT_EQ(spec.run.processes, 5);
  EXPECT_EQ(spec.run.isolate, Isolation::kTrial);
  EXPECT_EQ(spec.run.order, Order::kListed);
  EXPECT_EQ(spec.run.memory_max, Bytes(std::int64_t{2} << 30));
  EXPECT_EQ(spec.run.seed, 42U);
  EXPECT_EQ(spec.run.threads, RunPolicy{}.threads);
  EXPECT_EQ(spec.measure.samples_min, 20);
  EXPECT_EQ(spec.measure.budget, 250ms);
  EXPECT_EQ(spec.measure.sample_length, 300us);
  EXPECT_EQ(spec.measure.cache, measure::CacheState::kFlushed);
  EXPECT_EQ(spec.expect.trials, 20);
  EXPECT_EQ(spec.expect.cells, -1);
  EXPECT_THAT(spec.expect.statuses, ElementsAre("ok", "unsupported"));
}

TEST(Spec, ReadsWhatIsComparedClaimedAndShown) {
  const Result<Spec> read = spec_of(kWhole);
  ASSERT_TRUE(read) << read.error().to_string();
  ASSERT_EQ(read->compare.size(), 1U);
  const Comparison& flush = read->compare[0];
  EXPECT_EQ(flush.axis, "k");
  EXPECT_EQ(flush.pairs[0],
            std::pair(Factors{{"k", std::int64_t{112}}}, Factors{{"k", std::int64_t{107}}}));
  EXPECT_THAT(flush.arms, ElementsAre("onednn"));
  ASSERT_EQ(read->claims.size(), 2U);
  const Claim& odd = read->claims[0];
  EXPECT_EQ(odd.comparison, "flush");
  EXPECT_EQ(odd.base, "base");
  EXPECT_EQ(odd.other, "other");
  EXPECT_EQ(odd.bound, Bound::kAbove);
  EXPECT_EQ(odd.limit, 1.05);
  EXPECT_FALSE(odd.every);
  EXPECT_EQ(odd.processes_min, 4);
  const Claim& agree = read->claims[1];
  EXPECT_EQ(agree.comparison, "");
  EXPECT_EQ(agree.other, "onednn");
  EXPECT_EQ(agree.metric, "time");
  EXPECT_EQ(agree.bound, Bound::kWithin);
  EXPECT_EQ(agree.limit, 0.03);
  ASSERT_EQ(read->figures.size(), 1U);
  EXPECT_EQ(read->figures[0].facet, "dtype");
  ASSERT_EQ(read->tables.size(), 1U);
  EXPECT_THAT(read->tables[0].columns, ElementsAre("k", "dtype", "time"));
}

TEST(Spec, WithoutArmsThereIsOne) {
  const Result<Spec> spec =
      spec_of("{name: a, group: b, question: c, workload: gemm, params: {m: 1, n: 1, k: 1}}");
  ASSERT_TRUE(spec) << spec.error().to_string();
  ASSERT_EQ(spec->arms.size(), 1U);
  EXPECT_EQ(spec->arms[0].name, "only");
  EXPECT_TRUE(spec->axes.empty());
  EXPECT_EQ(to_text(spec->params),
            "m=1 n=1 k=1 alpha=1.0 transposed=false dtype=f32 library=openblas note=");
}

TEST(Spec, ResolvedReadsBackToAnEqualSpec) {
  const Result<Spec> spec = spec_of(kWhole);
  ASSERT_TRUE(spec);
  const std::string json = codec::to_json(spec->resolved, codec::JsonStyle::kPretty);
  const Result<codec::Node> document = codec::parse_json(json);
  ASSERT_TRUE(document) << document.error().to_string();
  const Result<Spec> again = spec_from(*document, test_vocabulary());
  ASSERT_TRUE(again) << again.error().to_string() << "\n" << json;
  EXPECT_EQ(codec::to_json(again->resolved), codec::to_json(spec->resolved));
  EXPECT_EQ(again->params, spec->params);
  EXPECT_EQ(again->axes[0].rows, spec->axes[0].rows);
  EXPECT_EQ(again->axes[1].rows, spec->axes[1].rows);
  EXPECT_EQ(again->claims[0].limit, spec->claims[0].limit);
  EXPECT_EQ(again->run.seed, spec->run.seed);
  EXPECT_EQ(again->measure.sample_length, spec->measure.sample_length);
}

TEST(Spec, ResolvedKeepsEveryKeyThatTheFileSaid) {
  const Result<Spec> spec = spec_of(kWhole);
  ASSERT_TRUE(spec);
  const Result<codec::Node> document = codec::parse_yaml(kWhole, "g3.yaml");
  ASSERT_TRUE(document);
  for (const auto& [key, value] : document->entries()) {
    const codec::Node* kept = std::as_const(spec->resolved).find(key);
    ASSERT_NE(kept, nullptr) << key;
    if (!value.is_map() || key == "axes") continue;
    for (const auto& [inner_key, inner] : value.entries()) {
      const codec::Node* inner_kept = kept->find(inner_key);
      ASSERT_NE(inner_kept, nullptr) << key << "." << inner_key;
      if (inner.is_scalar() && inner_key != "alpha") {
        EXPECT_EQ(*inner_kept, inner) << key << "." << inner_key;
      }
    }
  }
}

class FolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              format("assay_spec_{}_{}", test->name(), static_cast<std::int64_t>(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, std::string_view text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  fs::path folder_;
};

using SpecFile = FolderTest;

constexpr std::string_view kScales =
    "scales: {smoke: {axes: {k: [1]}}, cpu: {params: {m: 64}}, full: {}}\n";

TEST_F(SpecFile, ScaleThenOverridesAreLaidOver) {
  const fs::path path = write("experiments/g3.yaml", std::string(kWhole) + std::string(kScales));
  const Result<Spec> spec =
      load_spec({.path = path,
                 .scale = "smoke",
                 .overrides = {"measure.samples_min=7", "measure.warmup_max=1s", "params.n=8",
                               "~arms.openblas", "~claims.libraries_agree", "params.note=x",
                               "axes.k=[3, {from: 5, to: 6}]"}},
                test_vocabulary());
  ASSERT_TRUE(spec) << spec.error().to_string();
  EXPECT_EQ(spec->scale, "smoke");
  EXPECT_EQ(spec->path, path);
  EXPECT_EQ(spec->measure.samples_min, 7);
  EXPECT_EQ(spec->measure.warmup_max, 1s);
  EXPECT_EQ(to_text(spec->params), "m=256 n=8 alpha=2.0 note=x");
  EXPECT_EQ(spec->axes[0].rows.size(), 3U);
  EXPECT_EQ(spec->arms.size(), 1U);
  const Result<Spec> again = spec_from(spec->resolved, test_vocabulary());
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(again->scale, "smoke");
  EXPECT_EQ(again->path, path);
}

TEST_F(SpecFile, AScaleLeavesOutWhatItCannotAsk) {
  const fs::path path = write("g3.yaml", std::string(kWhole) +
                                             "scales: {smoke: {claims: {libraries_agree: null}, "
                                             "figures: {over_k: null}, tables: {all: null}}}\n");
  const auto counts = [&](const std::string& scale) {
    const Result<Spec> spec =
        load_spec({.path = path, .scale = scale, .overrides = {}}, test_vocabulary());
    EXPECT_TRUE(spec) << spec.error().to_string();
    return std::tuple(spec->claims.size(), spec->figures.size(), spec->tables.size());
  };
  const auto [claims, figures, tables] = counts("cpu");
  EXPECT_EQ(counts("smoke"), std::tuple(claims - 1, figures - 1, tables - 1));
}

TEST_F(SpecFile, AComplaintAboutAnOverrideNamesIt) {
  const fs::path path = write("g3.yaml", std::string(kWhole));
  const Result<Spec> spec = load_spec(
      {.path = path, .scale = "", .overrides = {"run.seed=1", "params.m=none"}}, test_vocabulary());
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().message(),
            "override 2: params.m=none: params.m: expected an integer: got the text `none`");
}

TEST_F(SpecFile, TheCommandLineAloneSaysTheScale) {
  const fs::path path = write("g3.yaml", std::string(kWhole) + "scale: smoke\n");
  const Result<Spec> spec =
      load_spec({.path = path, .scale = "", .overrides = {}}, test_vocabulary());
  ASSERT_FALSE(spec);
  EXPECT_THAT(spec.error().message(), HasSubstr("unknown key: scale; did you mean scales?"));
}

TEST_F(SpecFile, AMissingFileIsNamed) {
  const Result<Spec> spec =
      load_spec({.path = folder_ / "none.yaml", .scale = "", .overrides = {}}, test_vocabulary());
  ASSERT_FALSE(spec);
  EXPECT_THAT(spec.error().message(), HasSubstr("none.yaml"));
  EXPECT_EQ(spec.error().blame(), Blame::kUser);
}

/// Deletes, doubles or replaces a few characters of the whole experiment.
std::string mutated(Random& random) {
  static constexpr std::string_view kPool = "{}[]:,- \n\"'0123456789abkmnx~!&*%#|>.";
  std::string text(kWhole);
  for (std::uint64_t i = 1 + random.below(4); i > 0; --i) {
    const auto at = static_cast<std::size_t>(random.below(text.size()));
    const char c = kPool[static_cast<std::size_t>(random.below(kPool.size()))];
    switch (random.below(4)) {
      case 0:
        text.erase(at, 1 + static_cast<std::size_t>(random.below(12)));
        break;
      case 1:
        text.insert(at, 1, c);
        break;
      case 2:
        text[at] = c;
        break;
      default:
        text.insert(at, text.substr(at, static_cast<std::size_t>(random.below(30))));
        break;
    }
  }
  return text;
}

TEST(Spec, AMutatedFileGivesASpecOrOneMessage) {
  Random random(11);
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 3'000; ++round) {
    const std::string text = mutated(random);
    const Result<Spec> spec = spec_of(text);
    ++(spec ? accepted : refused);
    if (!spec) {
      EXPECT_EQ(spec.error().blame(), Blame::kUser) << text;
      EXPECT_THAT(spec.error().message(), ::testing::StartsWith("g3.yaml:")) << text;
      EXPECT_EQ(spec.error().message().find('\n'), std::string::npos) << spec.error().message();
      continue;
    }
    const Result<Spec> again = spec_from(spec->resolved, test_vocabulary());
    ASSERT_TRUE(again) << text << again.error().to_string();
    EXPECT_EQ(codec::to_json(again->resolved), codec::to_json(spec->resolved)) << text;
  }
  EXPECT_GT(accepted, 100);
  EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace assay::spec
