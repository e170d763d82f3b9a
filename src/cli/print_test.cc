// SPDX-License-Identifier: MIT
#include "cli/print.h"

#include <gmock/gmock.h>

namespace assay::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Complain, SaysWhatAndWhereAndGivesTheExitCode) {
  Error error = Error::user("batch must be positive: got 0");
  error.add_context("in x.yaml");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(complain(error), 2);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "assay: batch must be positive: got 0\n  in x.yaml\n");
}

TEST(Complain, AsksForAReportOnlyOfOurOwnBugs) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(complain(Error::bug("lost a record")), 70);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("Please report"));
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(complain(Error::environment("no space")), 3);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), Not(HasSubstr("Please report")));
}

TEST(Harmless, NamesWhatATerminalWouldObey) {
  EXPECT_EQ(harmless("a\tb\nµ ± ×"), "a\tb\nµ ± ×");
  EXPECT_EQ(harmless("\x1b[31mred\x07\r\x7f"), "\\x1b[31mred\\x07\\x0d\\x7f");
  EXPECT_EQ(harmless("\xC2\x9B"
                     "31m\xC2\xA0"),
            "\\x9b31m\xC2\xA0");
  EXPECT_EQ(harmless("\xC2"), "\xC2");
}

TEST(Print, WritesNothingThatATerminalObeys) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  print_line("\x1b]0;title\x07");
  complain(Error::user("got \x1b[2J"));
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "\\x1b]0;title\\x07\n");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "assay: got \\x1b[2J\n");
}

TEST(Print, KeepsTextAndComplaintsApart) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  print_line("a result");
  note("a remark");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "a result\n");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "assay: a remark\n");
}

}  // namespace
}  // namespace assay::cli
