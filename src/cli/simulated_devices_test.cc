// SPDX-License-Identifier: MIT
#include "cli/simulated_devices.h"

#include <gmock/gmock.h>

#include <fstream>

#include "core/codec/file.h"
#include "core/codec/temporary_folder.h"
#include "oracle/hardware/hardware_profile.h"

namespace assay::cli {
namespace {

using ::testing::HasSubstr;

std::filesystem::path shipped() {
  return std::filesystem::path(ASSAY_ROOT) / "hardware";
}

TEST(SimulatedDevices, EveryProfileThatIsShippedOpens) {
  const std::vector<std::string> names = hardware_names(shipped());
  EXPECT_THAT(names, ::testing::IsSupersetOf({"a100_80g", "h100_sxm", "h200_sxm", "l40s"}));
  for (const std::string& name : names) {
    const auto profile = read_sim_profile(name, shipped());
    ASSERT_TRUE(profile) << profile.error().to_string();
    const auto device = open_simulated(name);
    ASSERT_TRUE(device) << device.error().to_string();
    EXPECT_EQ((*device)->facts().name, "sim:" + name);
    EXPECT_TRUE((*device)->facts().is_simulated);
    EXPECT_THAT((*device)->facts().description, HasSubstr("assumed"));
  }
}

/// Nobody can say of a number that was not seen that it was measured.
TEST(SimulatedDevices, EveryNumberOfAProfileSaysWhereItIsFrom) {
  for (const std::string& name : hardware_names(shipped())) {
    const std::filesystem::path path = shipped() / (name + ".yaml");
    const auto text = codec::read_file(path, Bytes(1 << 20));
    ASSERT_TRUE(text);
    const auto profile = oracle::parse_hardware_profile(*text, path.string());
    ASSERT_TRUE(profile) << profile.error().to_string();
    EXPECT_EQ(profile->numbers.size(), oracle::hardware_numbers().size()) << name;
    for (const oracle::HardwareNumber& number : profile->numbers) {
      const bool is_measured = number.provenance == oracle::Provenance::kMeasured;
      EXPECT_EQ(is_measured, number.source.find("the ViT study") == 0) << name << number.name;
    }
  }
}

TEST(SimulatedDevices, AnUnknownProfileListsThoseThereAre) {
  EXPECT_THAT(read_sim_profile("l40", shipped()).error().message(),
              HasSubstr("unknown hardware profile: l40; did you mean l40s?"));
  EXPECT_THAT(read_sim_profile("", shipped()).error().message(),
              HasSubstr("the backend sim needs a profile: sim:a100_80g"));
  EXPECT_THAT(read_sim_profile("../hardware/l40s", shipped()).error().message(),
              HasSubstr("unknown hardware profile"));
}

TEST(SimulatedDevices, AProfileThatLacksANumberSaysWhich) {
  const codec::TemporaryFolder folder("hardware");
  std::ofstream(folder.path() / "toy.yaml")
      << "schema: assay.hardware/1\nname: toy\ndescription: A toy\n"
         "numbers: {memory_bytes: {value: 1e9, is: assumed, from: a guess}}\n";
  EXPECT_THAT(read_sim_profile("toy", folder.path()).error().message(),
              HasSubstr("toy.yaml has no queue_depth"));
  std::filesystem::rename(folder.path() / "toy.yaml", folder.path() / "other.yaml");
  EXPECT_THAT(read_sim_profile("other", folder.path()).error().message(),
              HasSubstr("its name is toy, that of its file is other"));
}

TEST(CountedCosts, WhatItCannotCountIsSaid) {
  const sim::CostModel model = counted_costs();
  for (const graph::OpDefinition* op : graph::op_list()) {
    graph::Node node;
    node.op = op;
    const bool depends_on_data = op->name == "cached_attention";
    EXPECT_EQ(model.lacks(node).has_value(), depends_on_data) << op->name;
  }
}

}  // namespace
}  // namespace assay::cli
