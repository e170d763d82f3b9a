// SPDX-License-Identifier: MIT
#include "core/check.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(Check, PassesSilently) {
  ASSAY_CHECK_EQ(2 + 2, 4, "arithmetic holds");
  ASSAY_CHECK(true, "truth holds");
}

TEST(CheckDeath, PrintsBothValuesThePlaceAndTheMeaning) {
  const int rows = 512;
  EXPECT_DEATH(
      ASSAY_CHECK_EQ(rows, 768, "inner dimensions agree"),
      "check_test.cc:[0-9]+: check failed: rows == 768 \\(512 vs 768\\): inner dimensions");
}

}  // namespace
}  // namespace assay
