// SPDX-License-Identifier: MIT
// The documents: links lead somewhere, and no literal number stands beside a claim's reference.
#include <gmock/gmock.h>

#include <regex>

#include "lab/report/references.h"
#include "source_tree.h"

namespace assay::tests {
namespace {

std::vector<fs::path> documents() {
  std::vector<fs::path> pages;
  for (const auto& entry : fs::directory_iterator(repo_root())) {
    if (entry.path().extension() == ".md") pages.push_back(entry.path());
  }
  for (const auto& entry : fs::recursive_directory_iterator(repo_root() / "docs")) {
    if (entry.path().extension() == ".md") pages.push_back(entry.path());
  }
  return pages;
}

TEST(Docs, LinksLeadSomewhere) {
  const std::regex link(R"(\]\(([^)#:]+)(#[^)]*)?\))");
  int links = 0;
  for (const fs::path& page : documents()) {
    const std::string text = read_text(page);
    for (std::sregex_iterator match(text.begin(), text.end(), link), end; match != end; ++match) {
      EXPECT_TRUE(fs::exists(page.parent_path() / (*match)[1].str()))
          << page << " links to " << (*match)[1];
      ++links;
    }
  }
  EXPECT_GT(links, 5);
}

TEST(Docs, NoLiteralNumberStandsBesideAClaim) {
  for (const fs::path& page : documents()) {
    EXPECT_THAT(report::literals_beside_references(read_text(page)), ::testing::IsEmpty()) << page;
  }
}

TEST(Docs, TheReadmeGivesTwoCommands) {
  const std::string readme = read_text(repo_root() / "README.md");
  EXPECT_THAT(readme, ::testing::HasSubstr("./assay tour"));
  EXPECT_THAT(readme, ::testing::HasSubstr("./assay test"));
  EXPECT_THAT(readme, ::testing::HasSubstr("docs/pictures/"));
}

}  // namespace
}  // namespace assay::tests
