// SPDX-License-Identifier: MIT
#include "oracle/machine/system_file.h"

#include <gmock/gmock.h>

namespace assay::machine {
namespace {

TEST(SystemFile, IsReadWhole) {
  const auto stat = read_system_file("/proc/self/stat");
  ASSERT_TRUE(stat.is_present()) << stat.reason();
  EXPECT_FALSE(stat.value().empty());
  EXPECT_NE(stat.value().back(), '\n');
}

TEST(SystemFile, SaysWhyItIsAbsent) {
  EXPECT_EQ(read_system_file("/proc/no_such_file").reason(),
            "/proc/no_such_file: No such file or directory");
  EXPECT_EQ(read_system_file("/proc").reason(), "/proc: Is a directory");
}

}  // namespace
}  // namespace assay::machine
