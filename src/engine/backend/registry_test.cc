// SPDX-License-Identifier: MIT
#include "engine/backend/registry.h"

#include <gmock/gmock.h>

namespace assay::backend {
namespace {

Result<std::unique_ptr<Device>> no_device(const std::string& profile) {
  return Error::environment("no device here; profile `{}`", profile);
}

TEST(Registry, SaysWhyADeviceIsNotHere) {
  Registry registry;
  ASSERT_TRUE(registry.add("cuda", "an NVIDIA GPU", no_device));
  EXPECT_EQ(registry.open("cuda").error().to_string(),
            "no device here; profile ``\n  while opening the device cuda");
  EXPECT_EQ(registry.open("cuda:1").error().message(), "no device here; profile `1`");
  EXPECT_EQ(exit_code(registry.open("cuda").error()), 3);
}

TEST(Registry, NamesWhatThereIsAndRefusesASecond) {
  Registry registry;
  ASSERT_TRUE(registry.add("cpu", "this machine", no_device));
  ASSERT_TRUE(registry.add("sim", "a model of an accelerator", no_device));
  EXPECT_EQ(registry.open("cpi").error().message(),
            "unknown backend: cpi; did you mean cpu? known: cpu, sim");
  EXPECT_EQ(registry.add("cpu", "", no_device).error().message(), "two backends of the name cpu");
  ASSERT_TRUE(registry.add("fpga", "boards", no_device, {"small", "large"}));
  const std::vector<BackendEntry> list = registry.list();
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[1].name, "fpga");
  EXPECT_THAT(list[1].profiles, ::testing::ElementsAre("small", "large"));
  EXPECT_TRUE(list[0].profiles.empty());
}

TEST(Registry, ChecksANameWithoutOpeningIt) {
  Registry registry;
  ASSERT_TRUE(registry.add("cpu", "this machine", no_device));
  ASSERT_TRUE(registry.add("fpga", "boards", no_device, {"small", "large"}));
  EXPECT_TRUE(registry.check("cpu"));
  EXPECT_TRUE(registry.check("cpu:0")) << "who lists no profiles decides when it is opened";
  EXPECT_TRUE(registry.check("fpga:large"));
  EXPECT_EQ(registry.check("fpg").error().message(),
            "unknown backend: fpg; did you mean fpga? known: cpu, fpga");
  EXPECT_EQ(registry.check("fpga:larg").error().message(),
            "unknown profile of fpga: larg; did you mean large? known: small, large");
  EXPECT_EQ(registry.check("fpga").error().message(),
            "the backend fpga needs a profile: fpga:small, fpga:large");
}

}  // namespace
}  // namespace assay::backend
