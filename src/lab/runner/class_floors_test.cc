// SPDX-License-Identifier: MIT
#include "lab/runner/class_floors.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>

#include "lab/sweep/expand.h"

namespace assay::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Points 1..9 of two arms and one A/A trial, in the middle.
spec::Spec spec_of() {
  spec::Spec spec;
  spec.name = "floors";
  spec.workload = "work";
  spec::Axis axis{{"k"}, {}};
  for (std::int64_t k = 1; k <= 9; ++k) {
    axis.rows.push_back({k});
  }
  spec.axes = {axis};
  spec.arms = {{"slow", {{"way", std::string("slow")}}}, {"fast", {{"way", std::string("fast")}}}};
  spec.run.floor_trials = 1;
  return spec;
}

using TimeOf = std::function<double(std::int64_t k, bool is_fast)>;

std::vector<store::Record> records_of(const std::vector<sweep::Trial>& trials, const TimeOf& time,
                                      int replicates = 1) {
  std::vector<store::Record> records;
  for (int replicate = 0; replicate < replicates; ++replicate) {
    for (const sweep::Trial& trial : trials) {
      store::Record record;
      record.trial_key = sweep::key_of(trial);
      record.trial_id = trial.id;
      record.kind = trial.kind;
      record.replicate = replicate;
      for (const sweep::TrialArm& arm : trial.arms) {
        store::ArmRecord& measured = record.arms.emplace_back();
        measured.name = arm.name;
        measured.status = store::Status::kOk;
        measured.series.batch = 2;
        const bool is_fast = *arm.factors.text("way") == "fast";
        const double sample = 2 * time(*arm.factors.integer("k"), is_fast);
        measured.series.samples.assign(5, Nanoseconds(static_cast<std::int64_t>(sample)));
      }
      records.push_back(std::move(record));
    }
  }
  return records;
}

std::vector<std::string> ids_of(const std::vector<ClassFloor>& floors) {
  std::vector<std::string> ids;
  for (const ClassFloor& floor : floors) {
    ids.push_back(floor.cell_class + " at " + floor.trial.id);
  }
  return ids;
}

/// k decides the decade: 1..3 us, 30 us, 300 us; the fast arm is one decade below.
double by_decade(std::int64_t k, bool is_fast) {
  const double slow = k <= 3 ? 1'000.0 * static_cast<double>(k) : k <= 6 ? 30'000 : 300'000;
  return is_fast ? slow / 10 : slow;
}

TEST(ClassFloors, EveryClassGetsOneThatHasNone) {
  const spec::Spec spec = spec_of();
  const auto sweep = sweep::expand(spec);
  // The planned one is at k=5, slow: 10 us to 100 us.
  EXPECT_THAT(
      ids_of(class_floors(spec, sweep->trials, records_of(sweep->trials, by_decade))),
      ElementsAre("work, 1 us to 10 us at floor:k=3", "work, 100 ns to 1 us at floor:k=3:fast",
                  "work, 100 us to 1 ms at floor:k=7"));
}

TEST(ClassFloors, AreTrialsOfTheArmAgainstItself) {
  const spec::Spec spec = spec_of();
  const auto sweep = sweep::expand(spec);
  for (const ClassFloor& floor :
       class_floors(spec, sweep->trials, records_of(sweep->trials, by_decade))) {
    EXPECT_EQ(floor.trial.kind, sweep::TrialKind::kFloor);
    ASSERT_EQ(floor.trial.arms.size(), 2U);
    EXPECT_EQ(floor.trial.arms[0].factors, floor.trial.arms[1].factors);
    EXPECT_NE(floor.trial.arms[0].name, floor.trial.arms[1].name);
    const bool is_planned = std::ranges::any_of(sweep->trials, [&](const sweep::Trial& trial) {
      return sweep::key_of(trial) == sweep::key_of(floor.trial);
    });
    EXPECT_FALSE(is_planned);
  }
}

/// A run that goes on, or is topped up, must come to the same trials.
TEST(ClassFloors, LaterProcessesAndTheirOwnRecordsChangeNothing) {
  const spec::Spec spec = spec_of();
  const auto sweep = sweep::expand(spec);
  std::vector<store::Record> records = records_of(sweep->trials, by_decade);
  const std::vector<ClassFloor> first = class_floors(spec, sweep->trials, records);
  std::vector<sweep::Trial> more;
  for (const ClassFloor& floor : first) {
    more.push_back(floor.trial);
  }
  for (store::Record& record : records_of(more, by_decade, 3)) {
    records.push_back(std::move(record));
  }
  for (store::Record& record : records_of(sweep->trials, by_decade, 3)) {
    if (record.replicate > 0) {
      for (store::ArmRecord& arm : record.arms) {
        arm.series.samples.assign(5, 50ms);  // They found another machine.
      }
      records.push_back(std::move(record));
    }
  }
  EXPECT_EQ(ids_of(class_floors(spec, sweep->trials, records)), ids_of(first));
}

TEST(ClassFloors, NoneWhereNoneIsAskedForOrNothingIsMeasured) {
  spec::Spec spec = spec_of();
  const auto sweep = sweep::expand(spec);
  std::vector<store::Record> records = records_of(sweep->trials, by_decade);
  EXPECT_THAT(class_floors(spec, sweep->trials, {}), IsEmpty());
  for (store::Record& record : records) {
    for (store::ArmRecord& arm : record.arms) {
      arm.series.simulated_by = "virtual clock of sim:toy";
    }
  }
  EXPECT_THAT(class_floors(spec, sweep->trials, records), IsEmpty());
  records = records_of(sweep->trials, by_decade);
  spec.run.floor_trials = 0;
  EXPECT_THAT(class_floors(spec, sweep->trials, records), IsEmpty());
}

/// The planned floor at k=5 was seen in the next class; its cell is not taken twice.
TEST(ClassFloors, APlannedTrialIsNotPlannedAgain) {
  spec::Spec spec = spec_of();
  spec.axes[0].rows = {{std::int64_t{5}}};
  spec.arms.resize(1);
  const auto sweep = sweep::expand(spec);
  std::vector<store::Record> records =
      records_of(sweep->trials, [](std::int64_t, bool) { return 9'990.0; });
  for (store::ArmRecord& arm : records.back().arms) {
    arm.series.samples.assign(5, Nanoseconds(2 * 10'010));
  }
  EXPECT_THAT(class_floors(spec, sweep->trials, records), IsEmpty());
}

}  // namespace
}  // namespace assay::runner
