// SPDX-License-Identifier: MIT
// One suite for every backend: each op, data type, layout and compile mode on a device against the
// judge, the reference device. What a device says it lacks, or calls `unsupported:` when it
// prepares, is skipped and counted with the reason.
//
//   Report report = run_suite(*device, *judge, {});
//   EXPECT_THAT(report.failures, IsEmpty()) << to_text(report);
//
// Adding a backend adds a line to suite_test.cc and no code here; adding an op adds its cases to
// op_table.cc, and one to draws.cc where its shapes have rules.
#pragma once

#include "engine/backend/device.h"
#include "engine/conformance/model_case.h"

namespace assay::conformance {

struct Settings {
  std::uint64_t seed = 1;  ///< Of the drawn cases; failures print it.
  int draws = 150;
  int threads = 2;
  std::vector<backend::CompileMode> modes = {
      backend::CompileMode::kNone, backend::CompileMode::kDefault,
      backend::CompileMode::kReduceOverhead, backend::CompileMode::kMaxAutotune};
};

struct Report {
  std::int64_t agreed = 0;                      ///< Cases x modes whose every run agreed.
  std::map<std::string, std::int64_t> skipped;  ///< By what the device lacks.
  std::vector<std::string> failures;            ///< Case, mode and what was wrong.
};
std::string to_text(const Report& report);

/// All ops, all models with a pattern for a pass, and the drawn cases.
Report run_suite(backend::Device& device, backend::Device& judge, const Settings& settings);
/// One case in every mode, and in mode default without each of the passes by name.
void run_case(const ModelCase& model, backend::Device& device, backend::Device& judge,
              const Settings& settings, Report& report);

}  // namespace assay::conformance
