// SPDX-License-Identifier: MIT
// scripts/packages.txt is the one list of what Assay needs: each line a name and a reason.
#include <gmock/gmock.h>

#include <regex>

#include "source_tree.h"

namespace assay::tests {
namespace {

TEST(Packages, EachLineHasANameAndAReason) {
  const std::regex shape(R"(^[a-z0-9][a-z0-9+.-]+( unless [a-z]+)? +# \S.{10,}$)");
  int packages = 0;
  for (const std::string& line : lines_of(read_text(repo_root() / "scripts/packages.txt"))) {
    if (line.empty() || line.starts_with("#")) continue;
    EXPECT_TRUE(std::regex_match(line, shape)) << line;
    ++packages;
  }
  EXPECT_GT(packages, 10);
}

TEST(Packages, EveryOptionalPartIsOfferedByTheInstaller) {
  const std::string installer = read_text(repo_root() / "scripts/install");
  int parts = 0;
  for (const std::string& line : lines_of(read_text(repo_root() / "scripts/packages.txt"))) {
    if (!line.starts_with("# optional: ")) continue;
    ++parts;
    EXPECT_NE(installer.find("--with " + line.substr(12)), std::string::npos) << line;
  }
  EXPECT_GE(parts, 1);
}

TEST(Packages, NothingIsDownloadedAtConfigureTime) {
  for (const auto& entry : fs::recursive_directory_iterator(repo_root() / "cmake")) {
    const std::string text = read_text(entry.path());
    for (const char* word : {"FetchContent", "ExternalProject", "file(DOWNLOAD", "curl", "wget"}) {
      EXPECT_EQ(text.find(word), std::string::npos) << entry.path() << " says " << word;
    }
  }
}

}  // namespace
}  // namespace assay::tests
