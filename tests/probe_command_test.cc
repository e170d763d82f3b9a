// SPDX-License-Identifier: MIT
// The probe as a person starts it: a profile is written, replaced by its own host alone, and held
// against the machine again.
#include <gmock/gmock.h>

#include <fstream>

#include "program.h"
#include "source_tree.h"

namespace assay::tests {
namespace {

using ::testing::HasSubstr;

TEST(ProbeCommand, WritesAProfileThatIsListedAndChecked) {
  const fs::path folder = fresh_folder();
  const Outcome first = run_assay({"probe", "--quick", "--output", "hardware/here.yaml"}, folder);
  ASSERT_EQ(first.exit_code, 2) << "there is no folder hardware: " << first.err;
  fs::create_directories(folder / "hardware");
  const Outcome probe = run_assay({"probe", "--quick", "--output", "hardware/here.yaml"}, folder);
  ASSERT_EQ(probe.exit_code, 0) << probe.out << probe.err;
  for (const char* part : {"peaks of arithmetic", "memory", "overheads", "gemm", "absent"}) {
    EXPECT_THAT(probe.out, HasSubstr(part));
  }
  const Outcome list = run_assay({"list", "hardware"}, folder);
  EXPECT_THAT(list.out, HasSubstr("here "));
  EXPECT_THAT(list.out, HasSubstr("numbers measured"));
  // The machine may change between two probes: either answer is one, and says which.
  const Outcome check = run_assay({"probe", "--quick", "--check", "here"}, folder);
  EXPECT_EQ(check.exit_code, check.out.find("no number has drifted") == std::string::npos ? 1 : 0)
      << check.out << check.err;
  EXPECT_THAT(check.out, HasSubstr("are the same"));
}

TEST(ProbeCommand, ReplacesNothingOfOthers) {
  const fs::path folder = fresh_folder();
  fs::create_directories(folder);
  const std::string shipped =
      "schema: assay.hardware/2\nname: here\ndescription: A toy\nkind: cpu\n";
  std::ofstream(folder / "here.yaml") << shipped;
  const Outcome probe = run_assay({"probe", "--quick", "--output", "here.yaml"}, folder);
  EXPECT_EQ(probe.exit_code, 2);
  EXPECT_THAT(probe.err, HasSubstr("is not a probe of this host"));
  EXPECT_EQ(read_text(folder / "here.yaml"), shipped);
  EXPECT_THAT(run_assay({"probe", "--check", "here.yaml"}, folder).err,
              HasSubstr("holds no number that was measured"));
  EXPECT_THAT(run_assay({"probe", "--check", "heer"}, folder).err,
              HasSubstr("unknown hardware profile: heer"));
  EXPECT_EQ(run_assay({"probe", "--output", "here.txt"}, folder).exit_code, 2);
}

}  // namespace
}  // namespace assay::tests
