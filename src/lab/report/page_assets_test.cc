// SPDX-License-Identifier: MIT
#include "lab/report/page_assets.h"

#include <gmock/gmock.h>

#include <string>

namespace assay::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(PageAssets, AreInTheProgram) {
  EXPECT_GT(page_script().size(), 100'000U) << "Vega alone is larger";
  EXPECT_LT(page_script().size(), 1'500'000U) << "the page must stay small enough to send by mail";
  EXPECT_THAT(std::string(page_style()), HasSubstr("prefers-color-scheme"));
  EXPECT_THAT(std::string(page_script_hash()), StartsWith("sha256-"));
}

TEST(PageAssets, CannotEndTheElementTheyStandIn) {
  EXPECT_THAT(std::string(page_script()), Not(HasSubstr("</script")));
  EXPECT_THAT(std::string(page_script()), Not(HasSubstr("<!--")));
  EXPECT_THAT(std::string(page_style()), Not(HasSubstr("</style")));
}

TEST(PageAssets, StyleFetchesNothing) {
  EXPECT_THAT(std::string(page_style()), Not(HasSubstr("url(")));
  EXPECT_THAT(std::string(page_style()), Not(HasSubstr("@import")));
}

}  // namespace
}  // namespace assay::report
