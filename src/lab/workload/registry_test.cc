// SPDX-License-Identifier: MIT
#include "lab/workload/registry.h"

#include <gmock/gmock.h>

namespace assay::workload {
namespace {

WorkloadDefinition named(const std::string& name) {
  return {.entry = {.name = name, .about = "A workload.", .parameters = {}}, .prepare = {}};
}

TEST(WorkloadRegistry, FindsAndLists) {
  WorkloadRegistry registry;
  ASSERT_TRUE(registry.add(named("sdpa")));
  ASSERT_TRUE(registry.add(named("gemm")));
  ASSERT_TRUE(registry.find("gemm").has_value());
  EXPECT_EQ((*registry.find("gemm"))->entry.name, "gemm");
  ASSERT_EQ(registry.entries().size(), 2U);
  EXPECT_EQ(registry.entries()[0].name, "gemm");
}

TEST(WorkloadRegistry, NamesTheNearestAndRefusesASecond) {
  WorkloadRegistry registry;
  ASSERT_TRUE(registry.add(named("gemm")));
  ASSERT_TRUE(registry.add(named("sdpa")));
  EXPECT_EQ(registry.find("gem").error().message(),
            "unknown workload: gem; did you mean gemm? known: gemm, sdpa");
  EXPECT_EQ(registry.add(named("gemm")).error().message(), "workload registered twice: gemm");
}

}  // namespace
}  // namespace assay::workload
