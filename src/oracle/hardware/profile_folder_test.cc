// SPDX-License-Identifier: MIT
#include "oracle/hardware/profile_folder.h"

#include <gmock/gmock.h>

#include <fstream>

#include "core/codec/temporary_folder.h"

namespace assay::oracle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

HardwareProfile toy(const std::string& name) {
  HardwareProfile profile;
  profile.name = name;
  profile.description = "A toy";
  profile.kind = "cpu";
  return profile;
}

TEST(ProfileFolder, WritesAndReadsByNameAndByPath) {
  const codec::TemporaryFolder folder("profiles");
  ASSERT_TRUE(write_hardware_profile(toy("one"), folder.path() / "one.yaml"));
  ASSERT_TRUE(write_hardware_profile(toy("two"), profile_path("two", folder.path())));
  std::ofstream(folder.path() / "notes.txt") << "no profile";
  EXPECT_THAT(hardware_names(folder.path()), ElementsAre("one", "two"));
  EXPECT_EQ(read_hardware_profile("one", folder.path())->name, "one");
  const std::string path = (folder.path() / "two.yaml").string();
  EXPECT_EQ(read_hardware_profile(path, "/nowhere")->file, path);
}

TEST(ProfileFolder, SaysWhatIsWrong) {
  const codec::TemporaryFolder folder("profiles");
  ASSERT_TRUE(write_hardware_profile(toy("orin"), folder.path() / "orin.yaml"));
  EXPECT_EQ(read_hardware_profile("orim", folder.path()).error().message(),
            "unknown hardware profile: orim; did you mean orin? known: orin");
  EXPECT_THAT(read_hardware_profile("../orin", folder.path()).error().message(),
              HasSubstr("unknown hardware profile"));
  EXPECT_THAT(write_hardware_profile(toy("orin"), folder.path() / "other.yaml").error().message(),
              HasSubstr("its name is orin, that of its file is other"));
  std::filesystem::rename(folder.path() / "orin.yaml", folder.path() / "other.yaml");
  EXPECT_THAT(read_hardware_profile("other", folder.path()).error().message(),
              HasSubstr("its name is orin, that of its file is other"));
  EXPECT_FALSE(read_hardware_profile("/nowhere/x.yaml", folder.path()));
  EXPECT_TRUE(hardware_names("/nowhere").empty());
}

/// What would not read back is not written over what is there.
TEST(ProfileFolder, WritesNothingThatDoesNotReadBack) {
  const codec::TemporaryFolder folder("profiles");
  HardwareProfile broken = toy("one");
  broken.numbers = {{"queue_depth", {.value = -1, .unit = "1", .interval = {}, .source = "x"}}};
  EXPECT_EQ(write_hardware_profile(broken, folder.path() / "one.yaml").error().blame(),
            Blame::kBug);
  EXPECT_TRUE(hardware_names(folder.path()).empty());
}

}  // namespace
}  // namespace assay::oracle
