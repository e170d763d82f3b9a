// SPDX-License-Identifier: MIT
#include "lab/report/run_view.h"

#include <gtest/gtest.h>

namespace assay::report {
namespace {

TEST(FileStem, KeepsNothingThatAShellOrAFolderWouldRead) {
  EXPECT_EQ(file_stem("g3_gemm-k"), "g3_gemm-k");
  EXPECT_EQ(file_stem("../etc/pass wd\"'"), "___etc_pass_wd__");
  EXPECT_EQ(file_stem(""), "_");
}

}  // namespace
}  // namespace assay::report
