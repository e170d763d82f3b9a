// SPDX-License-Identifier: MIT
#include "core/codec/temporary_folder.h"

#include <gtest/gtest.h>

#include <fstream>

namespace assay::codec {
namespace {

TEST(TemporaryFolder, IsItsOwnAndGoesAway) {
  std::filesystem::path path;
  {
    const TemporaryFolder one("test");
    const TemporaryFolder two("test");
    EXPECT_NE(one.path(), two.path());
    EXPECT_TRUE(std::filesystem::is_empty(one.path()));
    std::ofstream(one.path() / "a") << "x";
    path = one.path();
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace assay::codec
