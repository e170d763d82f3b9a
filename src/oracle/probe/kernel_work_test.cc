// SPDX-License-Identifier: MIT
#include "oracle/probe/kernel_work.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace assay::probe {
namespace {

TEST(KernelClasses, EveryShapeRunsAndCountsItsWork) {
  std::set<std::string> names;
  for (const KernelClass& kernel : kernel_classes()) {
    EXPECT_TRUE(names.insert(kernel.name).second);
    ASSERT_FALSE(kernel.shapes_quick.empty()) << kernel.name;
    for (const auto& at : kernel.shapes) {
      ASSERT_EQ(at.size(), kernel.axes.size()) << kernel.name;
    }
    for (const auto& at : kernel.shapes_quick) {
      EXPECT_TRUE(std::ranges::find(kernel.shapes, at) != kernel.shapes.end()) << kernel.name;
      for (const int threads : {1, 2}) {
        const auto work = kernel.make(at, threads);
        ASSERT_TRUE(work) << work.error().to_string();
        EXPECT_GT(work->bytes, 0);
        EXPECT_EQ(work->products > 0, kernel.is_compute) << kernel.name;
        work->work(2);
      }
    }
  }
  EXPECT_THAT(names, ::testing::IsSupersetOf({"gemm", "attention", "norm", "copy"}));
}

TEST(KernelClasses, CountAsPeopleDo) {
  const auto work = [](std::string_view name, std::vector<std::int64_t> at) {
    const auto kernel = std::ranges::find(kernel_classes(), name, &KernelClass::name);
    return *kernel->make(at, 1);
  };
  EXPECT_EQ(work("gemm", {3, 5, 7}).products, 2 * 3 * 5 * 7);
  EXPECT_EQ(work("gemm", {3, 5, 7}).bytes, 4 * (3 * 7 + 5 * 7 + 3 * 5));
  EXPECT_EQ(work("attention", {2, 3, 5, 8}).products, 4 * 2 * 3 * 5 * 8);
  EXPECT_EQ(work("attention", {2, 3, 5, 8}).bytes, 4 * 2 * 8 * (3 + 5 + 5 + 3));
  EXPECT_EQ(work("norm", {3, 16}).bytes, 4 * 2 * 3 * 16);
  EXPECT_EQ(work("elementwise", {3, 16}).bytes, 4 * 3 * 3 * 16);
  EXPECT_EQ(work("copy", {100}).bytes, 4 * 2 * 100);
}

}  // namespace
}  // namespace assay::probe
