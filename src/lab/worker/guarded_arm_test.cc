// SPDX-License-Identifier: MIT
#include "lab/worker/guarded_arm.h"

#include <gmock/gmock.h>

#include "lab/measure/invented_machine.h"

namespace assay::worker {
namespace {

TEST(GuardedArm, PassesTheWorkThrough) {
  measure::InventedMachine machine;
  measure::InventedWork work(machine, 5ns);
  GuardedArm arm(work);
  EXPECT_TRUE(arm.run(3));
  EXPECT_TRUE(arm.before_sample());
  EXPECT_EQ(machine.time.now(), 15ns);
  EXPECT_EQ(work.preparations, 1);
  EXPECT_FALSE(arm.failure());
}

TEST(GuardedArm, RemembersWhatWentWrong) {
  measure::InventedMachine machine;
  measure::InventedWork failing(machine, 5ns);
  failing.fails_after = 0;
  GuardedArm failed(failing);
  EXPECT_FALSE(failed.run(1));
  ASSERT_TRUE(failed.failure());
  EXPECT_EQ(failed.failure()->status, store::Status::kFailed);
  EXPECT_EQ(failed.failure()->reason, "the invented device fell off the bus");

  measure::InventedWork hungry(machine,
                               [](std::int64_t) -> Nanoseconds { throw std::bad_alloc(); });
  GuardedArm starved(hungry);
  EXPECT_FALSE(starved.run(1));
  ASSERT_TRUE(starved.failure());
  EXPECT_EQ(starved.failure()->status, store::Status::kOutOfMemory);
}

}  // namespace
}  // namespace assay::worker
