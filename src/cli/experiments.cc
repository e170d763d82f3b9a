// SPDX-License-Identifier: MIT
#include "cli/experiments.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <tuple>

#include "core/nearest.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

fs::path experiments_root() {
  if (const char* chosen = std::getenv("ASSAY_EXPERIMENTS"); chosen != nullptr) return chosen;
  if (fs::is_directory("experiments")) return "experiments";
  return fs::path(ASSAY_SOURCE_ROOT) / "experiments";
}

std::vector<Experiment> all_experiments(const fs::path& root) {
  std::vector<Experiment> found;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(root, error)) {
    const fs::path& path = entry.path();
    if (!entry.is_regular_file(error) || path.extension() != ".yaml") continue;
    if (path.filename().string().starts_with("_")) continue;
    const fs::path relative = fs::relative(path, root, error);
    if (std::distance(relative.begin(), relative.end()) != 2) continue;  // Deeper ones are choices.
    found.push_back({relative.begin()->string(), path.stem().string(), path});
  }
  std::ranges::sort(found, {}, [](const Experiment& e) { return std::tie(e.family, e.name); });
  return found;
}

Result<std::vector<Experiment>> find_experiments(const std::string& name, const fs::path& root) {
  std::error_code error;
  if (name.ends_with(".yaml")) {
    if (fs::is_regular_file(name, error))
      return std::vector<Experiment>{{"", fs::path(name).stem(), name}};
    return Error::user("no such file: {}; `assay list` shows the experiments", name);
  }
  std::vector<Experiment> chosen;
  std::vector<std::string> known;
  for (const Experiment& experiment : all_experiments(root)) {
    if (known.empty() || known.back() != experiment.family) known.push_back(experiment.family);
    const std::string whole = experiment.family + "/" + experiment.name;
    const bool is_named = lower(experiment.name) == lower(name) || lower(whole) == lower(name);
    if (experiment.family == name || is_named) {
      chosen.push_back(experiment);
    }
  }
  if (!chosen.empty()) return chosen;
  for (const Experiment& experiment : all_experiments(root)) {
    known.push_back(experiment.name);
  }
  return Error::user("{} (in {})", unknown_name("experiment or family", name, known),
                     root.string());
}

Result<std::vector<Experiment>> without(const std::vector<Experiment>& experiments,
                                        const std::vector<std::string>& names) {
  std::vector<Experiment> rest = experiments;
  for (const std::string& name : names) {
    const auto is_named = [&](const Experiment& experiment) {
      return lower(experiment.name) == lower(name);
    };
    if (std::ranges::none_of(experiments, is_named)) {
      std::vector<std::string> known;
      for (const Experiment& experiment : experiments)
        known.push_back(experiment.name);
      return Error::user("--skip: {}", unknown_name("experiment", name, known));
    }
    std::erase_if(rest, is_named);
  }
  if (rest.empty()) return Error::user("--skip leaves nothing to run");
  return rest;
}

}  // namespace assay::cli
