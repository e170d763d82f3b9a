// SPDX-License-Identifier: MIT
// Writes a report into a folder: report.html, report.md, results.json, tables/*.md|csv|tex,
// plots/*.pdf|png with the .gp script each was drawn from, and plots/*.vl.json. Every file appears
// whole or not at all. A plot that cannot be made is named with its reason; it takes nothing else
// with it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "lab/figure/render.h"
#include "lab/report/run_view.h"

namespace assay::report {

struct MissingPlot {
  std::string file;  ///< "plots/g3_latency.pdf"
  std::string reason;
};

struct Written {
  std::vector<std::filesystem::path> files;  ///< Relative to the folder, in order of writing.
  std::vector<MissingPlot> missing;
};

/// File names of several runs are told apart by the run's name.
Result<Written> write_report(const std::vector<RunView>& views, const std::filesystem::path& folder,
                             const figure::GnuplotCall& gnuplot = {});

}  // namespace assay::report
