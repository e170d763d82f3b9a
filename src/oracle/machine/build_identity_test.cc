// SPDX-License-Identifier: MIT
#include "oracle/machine/build_identity.h"

#include <gmock/gmock.h>

namespace assay::machine {
namespace {

TEST(BuildIdentity, IsWhole) {
  const BuildIdentity& build = build_identity();
  EXPECT_THAT(build.id, ::testing::MatchesRegex("[0-9a-f]{16}")) << "no --build-id in the linker?";
  EXPECT_THAT(build.commit, ::testing::MatchesRegex("[0-9a-f]{12}|unknown"));
  EXPECT_FALSE(build.compiler.empty());
  EXPECT_EQ(&build, &build_identity()) << "read once";
}

TEST(BuildIdentity, KnowsTheLibrariesWithTheirVersions) {
  const std::vector<std::string> libraries = loaded_libraries();
  EXPECT_THAT(libraries, ::testing::Contains(::testing::HasSubstr("libhwloc.so")));
  EXPECT_THAT(libraries, ::testing::Contains(::testing::HasSubstr("libstdc++.so.6.")));
}

}  // namespace
}  // namespace assay::machine
