// SPDX-License-Identifier: MIT
#include "engine/backends/sim/toy_profile.h"

#include <gmock/gmock.h>

namespace assay::sim {
namespace {

TEST(ToyProfile, MakesADevice) {
  int runs = 0;
  EXPECT_TRUE(make_sim_device(toy_profile(), std::make_unique<CountingDevice>(runs), toy_costs()));
  EXPECT_EQ(runs, 0);
}

}  // namespace
}  // namespace assay::sim
