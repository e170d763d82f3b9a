// SPDX-License-Identifier: MIT
#include "lab/workload/device_parameter.h"

#include <gmock/gmock.h>

namespace assay::workload {
namespace {

TEST(DeviceParameter, IsCheckedWithoutOpeningTheDevice) {
  auto devices = std::make_shared<backend::Registry>();
  ASSERT_TRUE(devices->add("sim", "",
                           [](const std::string&) {
                             ADD_FAILURE() << "opened";
                             return Result<std::unique_ptr<backend::Device>>(Error::bug("opened"));
                           },
                           {"toy"}));
  const spec::Parameter parameter = device_parameter(devices);
  EXPECT_EQ(parameter.name, "device");
  EXPECT_TRUE(parameter.check("sim:toy"));
  EXPECT_EQ(parameter.check("sim:tow").error().message(),
            "unknown profile of sim: tow; did you mean toy? known: toy");
  EXPECT_FALSE(parameter.check("cuda"));
}

}  // namespace
}  // namespace assay::workload
