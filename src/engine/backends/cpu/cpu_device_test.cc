// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/cpu_device.h"

#include <gmock/gmock.h>

namespace assay::cpu {
namespace {

TEST(CpuDevice, SaysWhatItIsMadeOf) {
  const auto device = make_cpu_device();
  EXPECT_EQ(device->facts().name, "cpu");
  EXPECT_FALSE(device->facts().is_simulated);
  EXPECT_THAT(device->facts().description, ::testing::HasSubstr("oneDNN 2."));
}

}  // namespace
}  // namespace assay::cpu
