// SPDX-License-Identifier: MIT
#include "cli/write_report_files.h"

#include <set>
#include <string>

#include "cli/print.h"
#include "lab/report/write.h"

namespace assay::cli {

Result<void> write_report_files(const std::vector<report::RunView>& views,
                                const std::filesystem::path& folder) {
  ASSAY_TRY(const report::Written written, report::write_report(views, folder));
  std::set<std::string> reasons;  // One missing program spoils many plots for one reason.
  for (const report::MissingPlot& plot : written.missing) {
    if (reasons.insert(plot.reason).second) note(format("no {}: {}", plot.file, plot.reason));
  }
  print_line(format("report: {}", (folder / "report.html").string()));
  return {};
}

}  // namespace assay::cli
