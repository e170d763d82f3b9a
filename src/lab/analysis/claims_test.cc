// SPDX-License-Identifier: MIT
#include "lab/analysis/claims.h"

#include <gmock/gmock.h>

#include <functional>
#include <utility>

#include "lab/analysis/analyse.h"
#include "lab/analysis/planted_records.h"

namespace assay::analysis {
namespace {

using ::testing::HasSubstr;

spec::Claim below(double limit) {
  spec::Claim claim;
  claim.id = "fast_is_fast";
  claim.says = "fast takes less than so much of the time of slow";
  claim.metric = "time";
  claim.base = "slow";
  claim.other = "fast";
  claim.limit = limit;
  return claim;
}

/// "fast" takes 0.8 of "slow" at every k.
Planting usual() {
  Planting planting;
  planting.time = [](const sweep::Trial&, const sweep::TrialArm& arm) {
    return arm.name == "fast" ? 0.8e6 : 1e6;
  };
  return planting;
}

ClaimFinding judged(const spec::Claim& claim, const Planting& planting) {
  spec::Spec spec = planted_spec(1, 6);
  spec.claims = {claim};
  return analyse(spec, planted_records(spec, planting), {}).claims.at(0);
}

TEST(Claims, EveryBoundCanBeSupportedAndRefuted) {
  struct Case {
    spec::Bound bound;
    double limit;
    Verdict verdict;
  };
  for (const bool every : {true, false}) {
    for (const Case& one : {Case{spec::Bound::kBelow, 0.9, Verdict::kSupported},
                            {spec::Bound::kBelow, 0.7, Verdict::kRefuted},
                            {spec::Bound::kAbove, 0.7, Verdict::kSupported},
                            {spec::Bound::kAbove, 0.9, Verdict::kRefuted},
                            {spec::Bound::kWithin, 0.5, Verdict::kSupported},
                            {spec::Bound::kWithin, 0.1, Verdict::kRefuted}}) {
      spec::Claim claim = below(one.limit);
      claim.bound = one.bound;
      claim.every = every;
      const ClaimFinding finding = judged(claim, usual());
      EXPECT_EQ(finding.verdict, one.verdict) << finding.bound << ": " << finding.because;
      EXPECT_TRUE(finding.self_test_passed) << finding.bound;
      EXPECT_NEAR(finding.value.number(), 0.8, 0.02);
      EXPECT_EQ(finding.trial_ids.size(), 6U);
    }
  }
}

TEST(Claims, OnePointThatFailsRefutesEveryAndNotTheMean) {
  Planting planting = usual();
  planting.time = [](const sweep::Trial& trial, const sweep::TrialArm& arm) {
    if (arm.name != "fast") return 1e6;
    return *trial.factors.integer("k") == 4 ? 1.1e6 : 0.7e6;
  };
  spec::Claim claim = below(0.9);
  const ClaimFinding every = judged(claim, planting);
  EXPECT_EQ(every.verdict, Verdict::kRefuted);
  EXPECT_THAT(every.because, HasSubstr("k=4"));
  claim.every = false;
  const ClaimFinding mean = judged(claim, planting);
  EXPECT_EQ(mean.verdict, Verdict::kSupported);
  EXPECT_THAT(mean.because, HasSubstr("the geometric mean of 6 points"));
}

TEST(Claims, OnTheBoundIsUndecidedAndSaysWhatItWouldTake) {
  spec::Claim claim = below(0.8 * 1.0005);
  const ClaimFinding finding = judged(claim, usual());
  EXPECT_EQ(finding.verdict, Verdict::kUndecided);
  EXPECT_THAT(finding.because, HasSubstr("processes would tell"));
}

TEST(Claims, TooFewProcessesAreUndecided) {
  Planting planting = usual();
  planting.processes = 2;
  const ClaimFinding finding = judged(below(0.9), planting);
  EXPECT_EQ(finding.verdict, Verdict::kUndecided);
  EXPECT_EQ(finding.because, "2 of 3 processes: 1 more (run.processes=3)");
  EXPECT_FALSE(finding.self_test_passed);
  EXPECT_EQ(finding.value.state(), State::kUndecided);
}

TEST(Claims, AMarginBelowTheFloorIsRefused) {
  for (const double limit : {1.0, 0.9999}) {
    const ClaimFinding finding = judged(below(limit), usual());
    EXPECT_EQ(finding.verdict, Verdict::kUndecided);
    EXPECT_THAT(finding.because, HasSubstr("refused: the bound"));
  }
}

TEST(Claims, WithoutAFloorNothingIsDecided) {
  spec::Spec spec = planted_spec(1, 3);
  spec.run.floor_trials = 0;
  spec.claims = {below(0.9)};
  const Findings findings = analyse(spec, planted_records(spec, usual()), {});
  EXPECT_EQ(findings.claims[0].verdict, Verdict::kUndecided);
  EXPECT_THAT(findings.claims[0].because, HasSubstr("no A/A floor"));
}

TEST(Claims, ADeletedPointIsNeverSupported) {
  spec::Spec spec = planted_spec(1, 6);
  spec.claims = {below(0.9)};
  std::vector<store::Record> records = planted_records(spec, usual());
  std::erase_if(records, [](const store::Record& record) { return record.trial_id == "k=3"; });
  const Findings findings = analyse(spec, records, {});
  EXPECT_EQ(findings.claims[0].verdict, Verdict::kUndecided);
  EXPECT_THAT(findings.claims[0].because, HasSubstr("k=3 is not_measured (slow: no record)"));
}

TEST(Claims, WhatNothingMeasuredIsNotMeasured) {
  spec::Claim nowhere = below(0.9);
  nowhere.where = *spec::Expression::parse("k > 100", std::vector<std::string>{"k"});
  EXPECT_EQ(judged(nowhere, usual()).verdict, Verdict::kNotMeasured);
  spec::Claim odd = below(0.9);
  odd.metric = "tiem";
  EXPECT_THAT(judged(odd, usual()).because, HasSubstr("did you mean time?"));
  spec::Claim bytes = below(0.9);
  bytes.metric = "bytes_rate";
  EXPECT_EQ(judged(bytes, usual()).verdict, Verdict::kNotMeasured);
}

TEST(Claims, RatesPointTheOtherWay) {
  spec::Claim claim = below(1.15);
  claim.metric = "flops_rate";
  claim.bound = spec::Bound::kAbove;
  const ClaimFinding finding = judged(claim, usual());
  EXPECT_EQ(finding.verdict, Verdict::kSupported);
  EXPECT_NEAR(finding.value.number(), 1.25, 0.02);
}

TEST(Claims, AComparedPairIsClaimedByItsName) {
  spec::Spec spec = planted_spec(1, 3);
  spec::Comparison comparison;
  comparison.name = "odd";
  comparison.axis = "k";
  comparison.pairs = {{{{"k", std::int64_t{2}}}, {{"k", std::int64_t{1}}}}};
  comparison.arms = {"slow"};
  spec.compare = {comparison};
  spec::Claim claim = below(0.7);
  claim.comparison = "odd";
  claim.base = "base";
  claim.other = "other";
  spec.claims = {claim};
  Planting planting;
  planting.time = [](const sweep::Trial&, const sweep::TrialArm& arm) {
    return 1e6 * static_cast<double>(*arm.factors.integer("k"));
  };
  const ClaimFinding finding = analyse(spec, planted_records(spec, planting), {}).claims[0];
  EXPECT_EQ(finding.verdict, Verdict::kSupported) << finding.because;
  EXPECT_EQ(finding.trial_ids.size(), 1U);
}

/// Ten claims about nothing, 200 times: by Holm at most one time in twenty is any of them decided.
TEST(Claims, ManyClaimsAboutNothingAreRarelyDecided) {
  int decided = 0;
  constexpr int kTrials = 200;
  for (std::uint64_t seed = 1; seed <= kTrials; ++seed) {
    spec::Spec spec = planted_spec(1, 2);
    spec.claims.assign(10, below(0.8));
    for (std::size_t i = 0; i < spec.claims.size(); ++i) {
      spec.claims[i].where =
          *spec::Expression::parse(i % 2 == 0 ? "k == 1" : "k == 2", std::vector<std::string>{"k"});
    }
    Planting planting = usual();
    planting.samples = 8;
    planting.seed = seed;
    const Findings findings = analyse(spec, planted_records(spec, planting), {});
    const bool any = std::ranges::any_of(findings.claims, [](const ClaimFinding& claim) {
      return claim.verdict == Verdict::kSupported || claim.verdict == Verdict::kRefuted;
    });
    decided += any ? 1 : 0;
  }
  EXPECT_LE(decided, kTrials * 5 / 100);
}

/// Arms that say "stalls", and a Spec whose workload declares it.
ClaimFinding judged_on_stalls(spec::Claim claim, const std::function<double(bool is_fast)>& stalls,
                              std::string unit = "fraction") {
  spec::Spec spec = planted_spec(1, 3);
  spec.metrics = {{"stalls", "calls that stalled", unit}};
  claim.metric = "stalls";
  claim.unit = std::move(unit);
  spec.claims = {claim};
  Planting planting = usual();
  planting.change = [&](store::Record& record) {
    for (store::ArmRecord& arm : record.arms) {
      const double wobble = 1 + 0.001 * record.replicate + (arm.name == "a again" ? 0.002 : 0);
      arm.metrics = {{"stalls", Value::measured(stalls(arm.name == "fast") * wobble)}};
    }
  };
  return analyse(spec, planted_records(spec, planting), {}).claims.at(0);
}

double usual_stalls(bool is_fast) {
  return is_fast ? 0.01 : 0.04;
}

TEST(Claims, OnAMetricThatTheWorkloadDeclares) {
  struct Case {
    spec::Bound bound;
    double limit;
    Verdict verdict;
  };
  for (const bool every : {true, false}) {
    for (const Case& one : {Case{spec::Bound::kBelow, 0.3, Verdict::kSupported},
                            {spec::Bound::kBelow, 0.2, Verdict::kRefuted},
                            {spec::Bound::kAbove, 0.2, Verdict::kSupported},
                            {spec::Bound::kWithin, 0.5, Verdict::kRefuted}}) {
      spec::Claim claim = below(one.limit);
      claim.bound = one.bound;
      claim.every = every;
      const ClaimFinding finding = judged_on_stalls(claim, usual_stalls);
      EXPECT_EQ(finding.verdict, one.verdict) << finding.bound << ": " << finding.because;
      EXPECT_TRUE(finding.self_test_passed);
      EXPECT_NEAR(finding.value.number(), 0.25, 0.001) << "a ratio of stalls, not of times";
    }
  }
}

TEST(Claims, OnTheValueOfAMetric) {
  struct Case {
    std::string arm;
    spec::Bound bound;
    double limit;
    Verdict verdict;
  };
  for (const bool every : {true, false}) {
    for (const Case& one : {Case{"fast", spec::Bound::kBelow, 0.02, Verdict::kSupported},
                            {"slow", spec::Bound::kBelow, 0.02, Verdict::kRefuted},
                            {"slow", spec::Bound::kAbove, 0.02, Verdict::kSupported},
                            {"fast", spec::Bound::kAbove, 0.02, Verdict::kRefuted}}) {
      spec::Claim claim = below(one.limit);
      claim.is_of_value = true;
      claim.base = one.arm;
      claim.other = "";
      claim.bound = one.bound;
      claim.every = every;
      const ClaimFinding finding = judged_on_stalls(claim, usual_stalls);
      EXPECT_EQ(finding.verdict, one.verdict) << finding.bound << ": " << finding.because;
      EXPECT_TRUE(finding.self_test_passed) << finding.bound;
      EXPECT_NEAR(finding.value.number(), one.arm == "fast" ? 0.01 : 0.04, 0.001);
      EXPECT_EQ(finding.unit, "");
    }
  }
}

TEST(Claims, AValueOfNothingIsBelowItsBound) {
  spec::Claim claim = below(0.02);
  claim.is_of_value = true;
  claim.base = "fast";
  const ClaimFinding none = judged_on_stalls(claim, [](bool) { return 0; });
  EXPECT_EQ(none.verdict, Verdict::kSupported) << none.because;
  const ClaimFinding ratio = judged_on_stalls(below(0.9), [](bool) { return 0; });
  EXPECT_EQ(ratio.verdict, Verdict::kNotMeasured);
  EXPECT_THAT(ratio.because, HasSubstr("of which there is no ratio; claim its `value`"));
}

TEST(Claims, TimesAreSaidInMilliseconds) {
  spec::Claim claim = below(20e6);
  claim.is_of_value = true;
  claim.base = "slow";
  const ClaimFinding finding = judged_on_stalls(
      claim, [](bool) { return 12.5e6; }, "ns");
  EXPECT_EQ(finding.verdict, Verdict::kSupported) << finding.because;
  EXPECT_EQ(finding.bound, "< 20 ms");
  EXPECT_NEAR(finding.value.number(), 12.5, 0.1);
  EXPECT_EQ(finding.unit, " ms");
  EXPECT_THAT(finding.because, HasSubstr(" ms at k="));
}

TEST(Claims, AValueIsOnlyOfWhatIsDeclared) {
  spec::Claim claim = below(0.02);
  claim.is_of_value = true;
  claim.base = "fast";
  const ClaimFinding finding = judged(claim, usual());
  EXPECT_EQ(finding.verdict, Verdict::kNotMeasured);
  EXPECT_THAT(finding.because, HasSubstr("unknown metric of a claim: time"));
}

TEST(Claims, ASimulationDecidesNothing) {
  Planting planting = usual();
  planting.change = [](store::Record& record) {
    for (store::ArmRecord& arm : record.arms) {
      arm.series.simulated_by = "virtual clock of sim:toy";
    }
  };
  const ClaimFinding finding = judged(below(0.9), planting);
  EXPECT_EQ(finding.verdict, Verdict::kUndecided);
  EXPECT_THAT(finding.because, HasSubstr("is simulated (virtual clock of sim:toy)"));
}

}  // namespace
}  // namespace assay::analysis
