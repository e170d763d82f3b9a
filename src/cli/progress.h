// SPDX-License-Identifier: MIT
// How a run looks while it goes: one live line on a terminal, plain lines elsewhere.
//
//   G3_gemm_k_dense  212/810  6.4/s  1.6 min left  k=107 ld=natural openblas 412 us ± 3 %
#pragma once

#include <string>

#include "lab/runner/observer.h"

namespace assay::cli {

/// The line for a moment of a run, cut to `columns`.
std::string progress_line(const std::string& name, const runner::Progress& progress, int columns);

class ProgressPrinter : public runner::RunObserver {
 public:
  ProgressPrinter();  ///< Asks whether standard error is a terminal.

  void on_begin(const runner::Beginning& beginning) override;
  void on_record(const runner::Progress& progress) override;
  void on_note(const std::string& sentence) override;

 private:
  void clear_line();

  bool is_terminal_;
  std::string name_;
  bool has_live_line_ = false;
  int last_tenth_ = -1;  ///< Plain lines: one for every tenth of the run.
};

}  // namespace assay::cli
