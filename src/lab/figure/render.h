// SPDX-License-Identifier: MIT
// Runs gnuplot on a script, as a child process without a shell and with a time limit.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "core/result.h"

namespace assay::figure {

struct GnuplotCall {
  std::string program = "gnuplot";  ///< A name looked up in PATH, or a path.
  std::chrono::milliseconds timeout{30'000};
};

/// The environment's fault where gnuplot is missing (the message says what to install), takes too
/// long or complains (the message ends with its words).
Result<void> run_gnuplot(const std::filesystem::path& script, const GnuplotCall& call = {});

}  // namespace assay::figure
