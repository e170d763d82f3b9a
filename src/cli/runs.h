// SPDX-License-Identifier: MIT
// From what a person calls a run to its folder, and from the folder to everything that can be said
// about it: spec, findings, environment.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/codec/node.h"
#include "core/result.h"
#include "lab/analysis/findings.h"
#include "lab/report/run_view.h"
#include "lab/spec/spec.h"
#include "lab/spec/vocabulary.h"

namespace assay::cli {

/// `name`: a run folder, a run id, the name of an experiment (its newest run) or `latest`.
Result<std::filesystem::path> find_run(const std::string& name,
                                       const std::filesystem::path& results);

/// The newest finished run of all trials of the same experiment, asked the same; empty where there
/// is none.
Result<std::optional<std::filesystem::path>> find_whole_run(const spec::Spec& spec,
                                                            const std::filesystem::path& results);

struct LoadedRun {
  std::filesystem::path folder;
  spec::Spec spec;
  analysis::Findings findings;
  codec::Node environment;
  std::vector<std::string> damage;  ///< Of the log, one sentence each.

  report::RunView view() const;
};

Result<LoadedRun> load_run(const std::filesystem::path& folder, const spec::Vocabulary& vocabulary);

}  // namespace assay::cli
