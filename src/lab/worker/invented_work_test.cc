// SPDX-License-Identifier: MIT
#include "lab/worker/invented_work.h"

#include <gmock/gmock.h>

namespace assay::worker {
namespace {

TEST(InventedWork, IsAWorkloadLikeAnyOther) {
  const auto registry = invented_workloads();
  const auto definition = registry.find("invented");
  ASSERT_TRUE(definition);
  workload::SharedBuffers buffers(1);
  workload::Bench bench{buffers, 1, 1, measure::CacheState::kHot};
  auto prepared = (*definition)->prepare({{"does", std::string("nothing")}}, bench);
  ASSERT_TRUE(prepared);
  auto& arm = *std::get<std::unique_ptr<workload::PreparedArm>>(*prepared);
  EXPECT_TRUE(arm.run(10));
  EXPECT_NE(arm.observed().find("does"), nullptr);
  EXPECT_FALSE((*definition)->prepare({}, bench)) << "it must be told what to do";
}

}  // namespace
}  // namespace assay::worker
