// SPDX-License-Identifier: MIT
// Starting the program as a person would, and reading what it says.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace assay::tests {

struct Outcome {
  int exit_code = -1;  ///< 128 + signal where one ended it.
  std::string out;
  std::string err;
};

/// Runs `assay` of this build with the arguments in `folder` (made where absent).
Outcome run_assay(const std::vector<std::string>& arguments, const std::filesystem::path& folder);

/// A fresh empty folder named after the running test.
std::filesystem::path fresh_folder();

}  // namespace assay::tests
