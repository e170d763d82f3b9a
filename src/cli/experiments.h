// SPDX-License-Identifier: MIT
// From the name on the command line to experiment files. A family is a folder below experiments/;
// an experiment is a .yaml file in it. Files whose name begins with `_` are parts that others
// include and are not run by themselves.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace assay::cli {

/// $ASSAY_EXPERIMENTS, else ./experiments, else the experiments/ of the sources this was built
/// from.
std::filesystem::path experiments_root();

struct Experiment {
  std::string family;  ///< Empty for a file given by its path.
  std::string name;    ///< The file's name without .yaml.
  std::filesystem::path path;
};

/// Every experiment below `root`, by family and name.
std::vector<Experiment> all_experiments(const std::filesystem::path& root);

/// `name` may be a path to a .yaml file, a family, or an experiment's name (any case).
Result<std::vector<Experiment>> find_experiments(const std::string& name,
                                                 const std::filesystem::path& root);

/// Those that are not named. A name that is none of them is a user error, as is to leave out all.
Result<std::vector<Experiment>> without(const std::vector<Experiment>& experiments,
                                        const std::vector<std::string>& names);

}  // namespace assay::cli
