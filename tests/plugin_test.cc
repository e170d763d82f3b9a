// SPDX-License-Identifier: MIT
// Plugins of another build are refused before a single object crosses the border.
#include "engine/backend/plugin.h"

#include <gmock/gmock.h>

namespace assay::backend {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refusal(const char* path) {
  const auto device = open_plugin({.path = path, .library = "LibStale", .remedy = "build it"}, "");
  return device ? "opened" : device.error().message();
}

TEST(Plugin, OfAnotherVersionIsRefused) {
  EXPECT_THAT(refusal(ASSAY_NEWER_PLUGIN),
              HasSubstr("speaks version 2 of the plugin interface, this program 1: build both "
                        "again with ./assay build"));
}

TEST(Plugin, OfOtherHeadersIsRefused) {
  EXPECT_THAT(refusal(ASSAY_OTHER_PLUGIN),
              AllOf(HasSubstr("was built against other headers (0123456789abcdef) than this "
                              "program ("),
                    HasSubstr(plugin_interface())));
}

}  // namespace
}  // namespace assay::backend
