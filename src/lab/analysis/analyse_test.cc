// SPDX-License-Identifier: MIT
#include "lab/analysis/analyse.h"

#include <gmock/gmock.h>

#include <cmath>

#include "lab/analysis/planted_records.h"

namespace assay::analysis {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// "slow" takes 1 ms, "fast" 0.8 ms; the floor trial is an arm against itself.
double usual_time(const sweep::Trial&, const sweep::TrialArm& arm) {
  return arm.name == "fast" ? 0.8e6 : 1e6;
}

Planting usual() {
  Planting planting;
  planting.time = usual_time;
  return planting;
}

const CellFinding& cell_at(const Findings& findings, std::string_view trial, std::string_view arm) {
  const auto found = std::ranges::find_if(findings.cells, [&](const CellFinding& cell) {
    return cell.trial_id == trial && cell.arm == arm;
  });
  EXPECT_NE(found, findings.cells.end()) << trial << ' ' << arm;
  return *found;
}

TEST(Analyse, RecoversTimesRatesAndRatios) {
  const spec::Spec spec = planted_spec(1, 3);
  const Findings findings = analyse(spec, planted_records(spec, usual()), {});
  const CellFinding& slow = cell_at(findings, "k=2", "slow");
  EXPECT_EQ(slow.time.state(), State::kMeasured);
  EXPECT_NEAR(slow.time.number(), 1e6, 2e4);
  EXPECT_NEAR(slow.time_per_work.number(), 1, 0.02);
  EXPECT_NEAR(slow.flops_rate.number(), 2e9, 4e7);
  EXPECT_EQ(slow.bytes_rate.state(), State::kNotMeasured);
  EXPECT_EQ(slow.time_clean, slow.time);
  EXPECT_EQ(slow.processes, 5);
  EXPECT_EQ(slow.samples, 150);
  EXPECT_EQ(slow.repeat_command, "assay run experiments/planted.yaml --scale smoke --only k=2");
  ASSERT_EQ(findings.ratios.size(), 4U);
  const RatioFinding& ratio = findings.ratios[1];
  EXPECT_EQ(ratio.base, "slow");
  EXPECT_NEAR(ratio.ratio.number(), 0.8, 0.01);
  EXPECT_LT(ratio.p_adjusted, 0.001);
  // Paired, so that what a process does to both arms is not in the interval.
  EXPECT_LT(ratio.ratio.interval()->high - ratio.ratio.interval()->low, 0.02);
  ASSERT_EQ(findings.floors.size(), 1U);
  EXPECT_GT(findings.floors[0].detectable, 0);
  EXPECT_LT(findings.floors[0].detectable, 0.02);
  EXPECT_EQ(findings.status_counts, (std::map<std::string, std::int64_t>{{"ok", 40}}));
}

TEST(Analyse, FewProcessesAreUndecided) {
  const spec::Spec spec = planted_spec(1, 2);
  for (const auto& [processes, reason] : {std::pair{1, "one process"}, {2, "two processes"}}) {
    Planting planting = usual();
    planting.processes = processes;
    const Findings findings = analyse(spec, planted_records(spec, planting), {});
    const Value& time = cell_at(findings, "k=1", "slow").time;
    EXPECT_EQ(time.state(), State::kUndecided);
    EXPECT_EQ(time.reason(), reason);
    EXPECT_EQ(findings.ratios[0].ratio.state(), State::kUndecided);
    EXPECT_EQ(findings.ratios[0].p_adjusted, 1);
  }
}

TEST(Analyse, WhatWasNotMeasuredKeepsItsStateAndReason) {
  struct Case {
    store::Status status;
    State state;
  };
  const spec::Spec spec = planted_spec(1, 1);
  for (const auto& [status, state] : {Case{store::Status::kUnsupported, State::kUnsupported},
                                      {store::Status::kWrong, State::kWrong},
                                      {store::Status::kTimedOut, State::kTimedOut},
                                      {store::Status::kNotApplied, State::kNotApplied}}) {
    Planting planting = usual();
    planting.change = [&](store::Record& record) {
      if (record.arms[1].name != "fast") return;
      record.arms[1].status = status;
      record.arms[1].reason = "because";
      record.arms[1].series = {};
    };
    const Findings findings = analyse(spec, planted_records(spec, planting), {});
    const CellFinding& cell = cell_at(findings, "k=1", "fast");
    EXPECT_EQ(cell.time, Value::missing(state, "because"));
    EXPECT_EQ(cell.p50.state(), state);
    EXPECT_EQ(findings.ratios[0].ratio, Value::missing(state, "fast: because"));
    EXPECT_EQ(cell_at(findings, "k=1", "slow").time.state(), State::kMeasured);
  }
}

TEST(Analyse, OneWrongProcessIsWrongAndOneLostProcessIsContaminated) {
  const spec::Spec spec = planted_spec(1, 1);
  for (const auto& [status, state] : {std::pair{store::Status::kWrong, State::kWrong},
                                      {store::Status::kTimedOut, State::kContaminated}}) {
    Planting planting = usual();
    planting.change = [&](store::Record& record) {
      if (record.replicate != 2 || record.arms[1].name != "fast") return;
      record.arms[1].status = status;
      record.arms[1].series = {};
    };
    const Findings findings = analyse(spec, planted_records(spec, planting), {});
    EXPECT_EQ(cell_at(findings, "k=1", "fast").time.state(), state);
    EXPECT_EQ(findings.ratios[0].ratio.state(), state);
  }
}

TEST(Analyse, TrialsWithoutARecordAreNotMeasured) {
  const spec::Spec spec = planted_spec(1, 2);
  std::vector<store::Record> records = planted_records(spec, usual());
  std::erase_if(records, [](const store::Record& record) { return record.trial_id == "k=2"; });
  const Findings findings = analyse(spec, records, {});
  EXPECT_EQ(cell_at(findings, "k=2", "fast").time,
            Value::missing(State::kNotMeasured, "no record"));
}

TEST(Analyse, TheLatestRecordOfAReplicateCounts) {
  const spec::Spec spec = planted_spec(1, 1);
  std::vector<store::Record> records = planted_records(spec, usual());
  Planting slower = usual();
  slower.time = [](const sweep::Trial&, const sweep::TrialArm&) { return 3e6; };
  for (const store::Record& record : planted_records(spec, slower)) {
    records.push_back(record);
  }
  const Findings findings = analyse(spec, records, {});
  EXPECT_NEAR(cell_at(findings, "k=1", "slow").time.number(), 3e6, 6e4);
  EXPECT_EQ(cell_at(findings, "k=1", "slow").processes, 5);
}

TEST(Analyse, DriftContaminatesTheTimeAndNotThePairedRatio) {
  const spec::Spec spec = planted_spec(1, 1);
  Planting planting = usual();
  planting.samples = 60;
  planting.change = [](store::Record& record) {
    for (store::ArmRecord& arm : record.arms) {
      for (std::size_t i = 0; i < arm.series.samples.size(); ++i) {
        arm.series.samples[i] += arm.series.samples[i] * static_cast<int>(i) / 600;
      }
    }
  };
  const Findings findings = analyse(spec, planted_records(spec, planting), {});
  const CellFinding& cell = cell_at(findings, "k=1", "slow");
  EXPECT_EQ(cell.time.state(), State::kContaminated);
  EXPECT_THAT(cell.time.reason(), HasSubstr("drifted"));
  EXPECT_EQ(cell.doubts.size(), 5U);
  EXPECT_EQ(findings.ratios[0].ratio.state(), State::kMeasured);
}

TEST(Analyse, CleanTimeDropsDoubtfulSamplesUnlessTheyFavourAnArm) {
  const spec::Spec spec = planted_spec(1, 1);
  const auto analysed_with_doubts = [&](bool in_both) {
    Planting planting = usual();
    planting.change = [&](store::Record& record) {
      for (store::ArmRecord& arm : record.arms) {
        if (!in_both && arm.name != "fast") continue;
        for (std::size_t i = 0; i < 8; ++i) {
          arm.series.doubts[3 * i] = measure::kPreempted;
          arm.series.samples[3 * i] *= 50;
        }
      }
    };
    return analyse(spec, planted_records(spec, planting), {});
  };
  const Findings even = analysed_with_doubts(true);
  EXPECT_EQ(cell_at(even, "k=1", "fast").doubtful_samples, 40);
  EXPECT_NEAR(cell_at(even, "k=1", "fast").time_clean.number(), 0.8e6, 2e4);
  const Findings uneven = analysed_with_doubts(false);
  const Value& clean = cell_at(uneven, "k=1", "fast").time_clean;
  EXPECT_EQ(clean.state(), State::kNotMeasured);
  EXPECT_THAT(clean.reason(), HasSubstr("spread unevenly"));
}

TEST(Analyse, PercentilesRefuseBelowTheirCountAndOfBatches) {
  const spec::Spec spec = planted_spec(1, 1);
  Planting planting = usual();
  const Findings batched = analyse(spec, planted_records(spec, planting), {});
  EXPECT_THAT(cell_at(batched, "k=1", "slow").p90.reason(), HasSubstr("batch of 4 calls"));
  EXPECT_TRUE(cell_at(batched, "k=1", "slow").p50.has_number());
  planting.batch = 1;
  planting.samples = 50;  // 250 in all, and 50 in each process.
  const Findings single = analyse(spec, planted_records(spec, planting), {});
  const CellFinding& cell = cell_at(single, "k=1", "slow");
  EXPECT_TRUE(cell.p90.interval());
  EXPECT_TRUE(cell.p95.has_number());
  EXPECT_FALSE(cell.p95.interval()) << "no process has 72 samples of its own";
  EXPECT_THAT(cell.p99.reason(), HasSubstr("250 samples, p99 needs 299"));
}

/// The per-work time of a kernel that handles multiples of 8 well and changes at k = 100.
double stepped_time(const sweep::Trial& trial, const sweep::TrialArm& arm) {
  const auto k = trial.factors.integer("k");
  const double cliff = arm.name == "fast" && *k >= 100 ? 1.3 : 1;
  const double period = arm.name == "slow" && *k % 8 != 0 ? 1.2 : 1;
  return 1e6 * (1 + 20.0 / static_cast<double>(*k)) * cliff * period;
}

TEST(Analyse, FindsPlantedCliffsAndPeriodsWithTheChangeOfKernel) {
  const spec::Spec spec = planted_spec(64, 128);
  Planting planting;
  planting.samples = 12;
  planting.time = stepped_time;
  planting.change = [](store::Record& record) {
    if (record.kind != sweep::TrialKind::kCell) return;
    const bool is_after = *record.factors.integer("k") >= 100;
    record.arms[1].mechanism.set("kernel", std::string(is_after ? "wide" : "narrow"));
  };
  const Findings findings = analyse(spec, planted_records(spec, planting), {});
  ASSERT_EQ(findings.cliffs.size(), 1U);
  const Cliff& cliff = findings.cliffs[0];
  EXPECT_EQ(codec::to_text(*cliff.series.find("arm")), "fast");
  EXPECT_EQ(cliff.before, 99);
  EXPECT_EQ(cliff.after, 100);
  EXPECT_NEAR(cliff.ratio, 1.3, 0.05);
  EXPECT_EQ(cliff.dispatch, "kernel changed: narrow -> wide");
  ASSERT_EQ(findings.periods.size(), 1U);
  EXPECT_EQ(findings.periods[0].modulus, 8);
  EXPECT_EQ(codec::to_text(*findings.periods[0].series.find("arm")), "slow");
  EXPECT_NEAR(findings.periods[0].ratio, 1.2, 0.03);
}

TEST(Analyse, FindsNoCliffAndNoPeriodInNoise) {
  const spec::Spec spec = planted_spec(64, 128);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Planting planting = usual();
    planting.samples = 12;
    planting.seed = seed;
    const Findings findings = analyse(spec, planted_records(spec, planting), {});
    EXPECT_THAT(findings.cliffs, IsEmpty()) << seed;
    EXPECT_THAT(findings.periods, IsEmpty()) << seed;
  }
}

}  // namespace
}  // namespace assay::analysis
