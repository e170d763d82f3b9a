// SPDX-License-Identifier: MIT
#include "oracle/machine/counters.h"

#include <gmock/gmock.h>

#include <cerrno>

namespace assay::machine {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Counters, EveryRefusalIsExplained) {
  EXPECT_THAT(explain_perf_errno(ENOENT), HasSubstr("shows no hardware counters"));
  EXPECT_THAT(explain_perf_errno(EACCES), HasSubstr("perf_event_paranoid"));
  EXPECT_THAT(explain_perf_errno(ENOSYS), HasSubstr("no perf events"));
  EXPECT_THAT(explain_perf_errno(EINVAL), HasSubstr("Invalid argument"));
}

TEST(Counters, AreThereOrUnsupported) {
  const Reading<std::string> counters = hardware_counters();
  if (counters.is_present()) {
    EXPECT_THAT(counters.value(), StartsWith("cycles"));
  } else {
    EXPECT_THAT(counters.reason(), StartsWith("unsupported: "));
  }
}

}  // namespace
}  // namespace assay::machine
