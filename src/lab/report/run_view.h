// SPDX-License-Identifier: MIT
// What a report is written from: one run, as its spec, what its records say, and the machine it ran
// on. A view borrows the first two; they outlive the report.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/codec/node.h"
#include "lab/analysis/findings.h"
#include "lab/spec/spec.h"

namespace assay::report {

struct RunView {
  const spec::Spec& spec;
  const analysis::Findings& findings;
  codec::Node environment;       ///< env.json; lists named `warnings` in it are shown first.
  std::string name;              ///< Of the run: "20260321_0412_g3".
  std::filesystem::path folder;  ///< Where its records are.
};

/// Name of a plot's or table's files without their ending: the id, told apart by the run where a
/// report has several.
std::string stem_of(const RunView& view, std::string_view id, std::size_t run_count);

/// "g3_gemm_k": made of letters, digits, `-` and `_` only, for file names and HTML ids.
std::string file_stem(std::string_view text);

}  // namespace assay::report
