// SPDX-License-Identifier: MIT
// A judgement as the page that a person reads: the sections of the seed's report, each with what a
// sceptic asks next.
#pragma once

#include <string>

#include "oracle/calibrate/judgement.h"

namespace assay::calibrate {

struct ReportContext {
  std::string source = {};   ///< "results/calibration/..., mlp.csv"
  std::string profile = {};  ///< The file that `--apply` writes.
  std::string command = {};  ///< That wrote this.
};

/// Markdown.
std::string to_markdown(const Judgement& judgement, const ReportContext& context);

/// The verdict and three numbers, for a terminal.
std::string summary_of(const Judgement& judgement);

}  // namespace assay::calibrate
