// SPDX-License-Identifier: MIT
#include "lab/workload/sdpa_call.h"

#include <gmock/gmock.h>

namespace assay::workload {
namespace {

TEST(SdpaCall, KnowsItsNamesAndWhatToCompareWith) {
  SharedBuffers buffers(1);
  Bench bench{buffers, 1, 1, measure::CacheState::kHot};
  const kernels::SdpaSizes sizes{1, 1, 4, 4, 4};
  for (const std::string& name : sdpa_implementations()) {
    auto made = SdpaCall::create(name, sizes, {}, bench);
    ASSERT_TRUE(made.has_value()) << name;
    if (name == "mem_efficient") {
      EXPECT_TRUE(std::holds_alternative<Unsupported>(*made));
      continue;
    }
    const SdpaCall& call = std::get<SdpaCall>(*made);
    EXPECT_EQ(call.implementation(), name);
    EXPECT_NE(kernels::to_text(call.other()), *call.mechanism().text("kernel"));
  }
  EXPECT_THAT(SdpaCall::create("flush", sizes, {}, bench).error().message(),
              ::testing::HasSubstr("did you mean flash?"));
}

}  // namespace
}  // namespace assay::workload
