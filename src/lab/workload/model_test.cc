// SPDX-License-Identifier: MIT
#include "lab/workload/model.h"

#include <gmock/gmock.h>

#include "lab/workload/arm_under_test.h"

namespace assay::workload {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Without backends of its own: the registry is filled by the program; here by stand-ins.
std::shared_ptr<const backend::Registry> no_devices() {
  auto registry = std::make_shared<backend::Registry>();
  EXPECT_TRUE(registry->add("cuda", "an NVIDIA GPU", [](const std::string&) {
    return Result<std::unique_ptr<backend::Device>>(Error::environment("no GPU answers"));
  }));
  return registry;
}

TEST(ModelWorkload, ADeviceThatIsNotHereIsUnsupported) {
  WorkloadUnderTest workload(model_workload(no_devices()));
  EXPECT_EQ(workload.unsupported_reason({{"device", "cuda"}}), "no GPU answers");
}

TEST(ModelWorkload, NamesAreCheckedWhenPlanning) {
  const WorkloadDefinition definition = model_workload(no_devices());
  const auto& parameters = definition.entry.parameters;
  const auto model = std::ranges::find(parameters, "model", &spec::Parameter::name);
  ASSERT_NE(model, parameters.end());
  EXPECT_TRUE(model->check("vit16x12x768@384"));
  EXPECT_THAT(model->check("resnet5O").error().message(), HasSubstr("resnet50"));
}

TEST(ModelWorkload, AnUnknownDeviceIsTheUsersMistake) {
  WorkloadUnderTest workload(model_workload(no_devices()));
  const auto prepared = workload.prepare({{"device", "cpu"}});
  ASSERT_FALSE(prepared);
  EXPECT_THAT(prepared.error().message(), HasSubstr("unknown backend: cpu"));
}

}  // namespace
}  // namespace assay::workload
