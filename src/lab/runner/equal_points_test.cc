// SPDX-License-Identifier: MIT
#include "lab/runner/equal_points.h"

#include <gmock/gmock.h>

namespace assay::runner {
namespace {

store::Record record_of(std::string id, std::int64_t threads,
                        store::Status status = store::Status::kOk) {
  store::Record record;
  record.trial_id = std::move(id);
  store::ArmRecord& arm = record.arms.emplace_back();
  arm.name = "arm";
  arm.status = status;
  arm.observed = {{"threads", threads}};
  return record;
}

TEST(EqualPoints, AreNamedOnce) {
  const std::vector<store::Record> records{record_of("threads=1", 1), record_of("threads=2", 2),
                                           record_of("threads=4", 2), record_of("threads=4", 2)};
  EXPECT_THAT(equal_points(records),
              ::testing::ElementsAre(
                  "one point under 2 names, its records are replicates: threads=2, threads=4"));
}

TEST(EqualPoints, WhatDidNotRunOrIsComparedOnPurposeIsNoPoint) {
  std::vector<store::Record> records{record_of("a", 1, store::Status::kFailed),
                                     record_of("b", 1, store::Status::kFailed), record_of("c", 1),
                                     record_of("d", 1)};
  records[3].kind = sweep::TrialKind::kFloor;
  EXPECT_THAT(equal_points(records), ::testing::IsEmpty());
}

}  // namespace
}  // namespace assay::runner
