// SPDX-License-Identifier: MIT
// The project's own sources as data, for the tests that read them.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace assay::tests {

namespace fs = std::filesystem;

/// The checkout: where ARCHITECTURE.md stands.
fs::path repo_root();
std::string read_text(const fs::path& path);
std::vector<std::string> lines_of(const std::string& text);

struct SourceFile {
  fs::path path;     ///< Absolute.
  std::string name;  ///< Relative to the checkout: "src/core/result.h".
  std::vector<std::string> lines;
  bool is_header() const { return path.extension() == ".h"; }
  bool is_test() const { return name.ends_with("_test.cc"); }
};
/// Every .h and .cc below the given top folders, sorted by name.
std::vector<SourceFile> source_files(const std::vector<std::string>& folders);

/// A module as src/CMakeLists.txt declares it.
struct Module {
  int layer = 0;
  std::set<std::string> deps;
};
std::map<std::string, Module> declared_modules();
/// The module that holds "src/core/codec/node.h" or "core/codec/node.h": the longest declared
/// prefix.
std::string module_of(std::string_view path, const std::map<std::string, Module>& modules);

struct Include {
  std::string target;
  bool quoted = false;  ///< "..." rather than <...>
  int line = 0;
};
std::vector<Include> includes_of(const SourceFile& file);

struct Function {
  std::string where;  ///< "src/core/value.cc:72"
  int lines = 0;
};
/// Function bodies found by their shape: the formatter puts a function's closing brace in the
/// column in which its first line began.
std::vector<Function> functions_of(const SourceFile& file);

}  // namespace assay::tests
