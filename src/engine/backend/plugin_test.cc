// SPDX-License-Identifier: MIT
// What a plugin that is there may be refused for is tested in tests/plugin_test.cc.
#include "engine/backend/plugin.h"

#include <gmock/gmock.h>

namespace assay::backend {
namespace {

using ::testing::StartsWith;

const PluginPlace kNowhere{
    .path = "/nowhere/libassay_none.so", .library = "LibNone", .remedy = "install it"};

TEST(OpenPlugin, SaysWhatIsMissingAndWhatToDo) {
  const auto device = open_plugin(kNowhere, "");
  ASSERT_FALSE(device);
  EXPECT_THAT(
      device.error().message(),
      StartsWith("unsupported: LibNone is not here: install it (/nowhere/libassay_none.so"));
  EXPECT_EQ(exit_code(device.error()), 3);
  PluginPlace unknown = kNowhere;
  unknown.path.clear();
  EXPECT_EQ(open_plugin(unknown, "").error().message(),
            "unsupported: LibNone is not here: install it (no path for its plugin)");
}

TEST(OpenPlugin, RefusesALibraryThatIsNoPlugin) {
  PluginPlace place = kNowhere;
  place.path = "libm.so.6";
  EXPECT_THAT(open_plugin(place, "").error().message(),
              StartsWith("libm.so.6 is no plugin of Assay: "));
}

TEST(PluginInterface, IsAHash) {
  EXPECT_THAT(plugin_interface(), ::testing::MatchesRegex("[0-9a-f]+"));
  EXPECT_EQ(std::string(plugin_interface()).size(), 16U);
}

}  // namespace
}  // namespace assay::backend
