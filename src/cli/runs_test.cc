// SPDX-License-Identifier: MIT
#include "cli/runs.h"

#include <gmock/gmock.h>

#include "core/codec/temporary_folder.h"
#include "lab/store/run_folder.h"

namespace assay::cli {
namespace {

using ::testing::HasSubstr;

class Runs : public ::testing::Test {
 protected:
  std::filesystem::path make_run(const char* name) {
    auto run = store::RunFolder::create(folder_.path(), "group", name);
    EXPECT_TRUE(run);
    codec::Node config = codec::Node::map();
    config.set("name", name);
    config.set(store::kSpecHashKey, "0");
    EXPECT_TRUE(run->write_document(store::kConfigFile, config));
    return run->path();
  }
  codec::TemporaryFolder folder_{"runs"};
};

TEST_F(Runs, AreFoundByFolderIdNameAndLatest) {
  const std::filesystem::path path = make_run("k_sweep");
  for (const std::string& name : {path.string(), path.string() + "/", path.filename().string(),
                                  std::string("k_sweep"), std::string("latest")}) {
    const auto found = find_run(name, folder_.path());
    ASSERT_TRUE(found) << name << ": " << found.error().to_string();
    EXPECT_EQ(*found, path);
  }
}

TEST_F(Runs, AMissingRunIsTheUsersMistake) {
  const auto none = find_run("latest", folder_.path());
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().to_string(), HasSubstr("`assay run` makes one"));
  make_run("k_sweep");
  const auto wrong = find_run("k_swep", folder_.path());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(exit_code(wrong.error()), 2);
  EXPECT_THAT(wrong.error().to_string(), HasSubstr("unknown run: k_swep"));
}

TEST_F(Runs, AFolderOfAnotherVersionIsRefused) {
  const auto loaded = load_run(make_run("old"), {});
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().to_string(), HasSubstr("says no `spec`"));
}

}  // namespace
}  // namespace assay::cli
