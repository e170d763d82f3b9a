// SPDX-License-Identifier: MIT
#include "source_tree.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <sstream>

namespace assay::tests {
namespace {

std::size_t indent_of(const std::string& line) {
  const std::size_t indent = line.find_first_not_of(' ');
  return indent == std::string::npos ? line.size() : indent;
}

bool opens_function(const std::string& line) {
  static const std::regex kNotAFunction(
      R"(^\s*(namespace|class|struct|enum|union|extern|if|for|while|switch|else|do|try|case|return|\}|//|#|\[).*)");
  static const std::regex kBodyOpens(
      R"(.*\)\s*(const|noexcept|override|final|\s|->\s*[\w:<>,\s*&]+)*\{$)");
  return !std::regex_match(line, kNotAFunction) && std::regex_match(line, kBodyOpens);
}

/// Line index of the brace that closes the body opened at `begin`, if the shape is as expected.
std::optional<std::size_t> closing_line(const std::vector<std::string>& lines, std::size_t begin) {
  std::size_t start = begin;  // The first line of a signature that spans several.
  while (start > 0 && indent_of(lines[start]) > indent_of(lines[start - 1]) &&
         !lines[start - 1].empty() && lines[start - 1].back() != '{' &&
         lines[start - 1].back() != ':' && lines[start - 1].back() != ';') {
    --start;
  }
  const std::size_t indent = indent_of(lines[start]);
  for (std::size_t i = begin + 1; i < lines.size(); ++i) {
    if (!lines[i].empty() && indent_of(lines[i]) <= indent &&
        lines[i][indent_of(lines[i])] == '}') {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace

fs::path repo_root() {
  return ASSAY_ROOT;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

std::vector<SourceFile> source_files(const std::vector<std::string>& folders) {
  std::vector<SourceFile> files;
  for (const std::string& folder : folders) {
    if (!fs::exists(repo_root() / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(repo_root() / folder)) {
      const fs::path& path = entry.path();
      if (path.extension() != ".h" && path.extension() != ".cc" && path.extension() != ".cu")
        continue;
      files.push_back({path, fs::relative(path, repo_root()).string(), lines_of(read_text(path))});
    }
  }
  std::ranges::sort(files, {}, &SourceFile::name);
  return files;
}

std::map<std::string, Module> declared_modules() {
  const std::string text = read_text(repo_root() / "src/CMakeLists.txt");
  const std::regex declaration(R"(assay_module\(([^)]*)\))");
  std::map<std::string, Module> modules;
  for (std::sregex_iterator match(text.begin(), text.end(), declaration), end; match != end;
       ++match) {
    std::istringstream words((*match)[1].str());
    std::string name;
    words >> name;
    Module module;
    std::string part;
    for (std::string word; words >> word;) {
      if (word == "LAYER") {
        words >> module.layer;
      } else if (word == "DEPS" || word == "LIBS" || word == "SUBDIRS" ||
                 word == "PRIVATE_INCLUDES") {
        part = word;
      } else if (part == "DEPS") {
        module.deps.insert(word);
      }
    }
    modules.emplace(name, std::move(module));
  }
  return modules;
}

std::string module_of(std::string_view path, const std::map<std::string, Module>& modules) {
  if (path.starts_with("src/")) path.remove_prefix(4);
  std::string best;
  for (const auto& [name, module] : modules) {
    if (path.starts_with(name + "/") && name.size() > best.size()) best = name;
  }
  return best;
}

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)");
  std::vector<Include> includes;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (!std::regex_match(file.lines[i], match, kInclude)) continue;
    includes.push_back({match[2], match[1] == "\"", static_cast<int>(i) + 1});
  }
  return includes;
}

std::vector<Function> functions_of(const SourceFile& file) {
  std::vector<Function> functions;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    if (!opens_function(file.lines[i])) continue;
    const std::optional<std::size_t> close = closing_line(file.lines, i);
    if (!close) continue;
    functions.push_back(
        {file.name + ":" + std::to_string(i + 1), static_cast<int>(*close - i) + 1});
  }
  return functions;
}

}  // namespace assay::tests
