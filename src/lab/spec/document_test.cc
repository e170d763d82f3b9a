// SPDX-License-Identifier: MIT
// The page about experiment files is held to the code: its example loads, and names every key.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "core/codec/yaml.h"
#include "lab/spec/schema.h"
#include "lab/spec/spec.h"
#include "lab/spec/test_vocabulary.h"

namespace assay::spec {
namespace {

namespace fs = std::filesystem;

std::string page() {
  std::ostringstream text;
  text << std::ifstream(fs::path(ASSAY_ROOT) / "docs/experiment-file.md").rdbuf();
  return text.str();
}

/// The first block of YAML on the page.
std::string example() {
  const std::string text = page();
  const std::string fence = "```yaml\n";
  const std::size_t begin = text.find(fence);
  if (begin == std::string::npos) return {};
  const std::size_t end = text.find("```", begin + fence.size());
  return text.substr(begin + fence.size(), end - begin - fence.size());
}

TEST(ExperimentPage, ItsExampleLoadsAtEveryScale) {
  const fs::path path =
      fs::temp_directory_path() / format("assay_page_{}.yaml", static_cast<int>(::getpid()));
  std::ofstream(path) << example();
  for (const std::string& scale : scale_names()) {
    const Result<Spec> spec =
        load_spec({.path = path, .scale = scale, .overrides = {}}, test_vocabulary());
    EXPECT_TRUE(spec) << scale << ": " << spec.error().to_string();
  }
  fs::remove(path);
}

TEST(ExperimentPage, ItsExampleUsesEveryKey) {
  const Result<codec::Node> document = codec::parse_yaml(example(), "docs/experiment-file.md");
  ASSERT_TRUE(document) << document.error().to_string();
  for (const std::string& key : document_keys()) {
    EXPECT_NE(std::as_const(*document).find(key), nullptr) << key;
  }
  for (const char* section : {"measure", "run"}) {
    for (const std::string& key : section_keys(section)) {
      EXPECT_NE(std::as_const(*document).find(section)->find(key), nullptr) << key;
    }
  }
}

TEST(ExperimentPage, NamesEveryKeyOfEverySection) {
  const std::string text = page();
  for (const char* section :
       {"measure", "run", "expect", "compare", "claims", "figures", "tables", "results"}) {
    for (const std::string& key : section_keys(section)) {
      EXPECT_THAT(text, ::testing::HasSubstr(key)) << section;
    }
  }
}

}  // namespace
}  // namespace assay::spec
