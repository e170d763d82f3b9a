// SPDX-License-Identifier: MIT
// What each command does. A command returns the exit code of the program, or an Error that main
// prints.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/registration.h"
#include "cli/runs.h"
#include "core/result.h"
#include "lab/spec/spec.h"

namespace assay::cli {

struct Context {
  const Registries& registries;
  std::filesystem::path program;  ///< This executable: the runner starts its workers from it.
};

/// The runs of a command, each with its report written.
struct Ran {
  std::vector<LoadedRun> runs;
  int code = 0;  ///< Of the program.
  bool was_stopped = false;
};
Result<Ran> run_experiments(const RunArguments& arguments, const Context& context);

Result<int> run_command(const RunArguments& arguments, const Context& context);
Result<int> plan_command(const PlanArguments& arguments, const Context& context);
Result<int> list_command(const ListArguments& arguments, const Context& context);
Result<int> read_command(const ReadArguments& arguments, const Context& context);
Result<int> generate_command(const GenerateArguments& arguments, const Context& context);
Result<int> estimate_command(const EstimateArguments& arguments, const Context& context);
Result<int> probe_command(const ProbeArguments& arguments, const Context& context);
Result<int> tour_command(const TourArguments& arguments, const Context& context);
Result<int> sweep_command(const SweepArguments& arguments, const Context& context);
Result<int> calibrate_command(const CalibrateArguments& arguments, const Context& context);
Result<int> verify_command(const VerifyArguments& arguments, const Context& context);
Result<int> djinnd_command(const DjinndArguments& arguments, const Context& context);
Result<int> djinn_command(const DjinnArguments& arguments, const Context& context);
Result<int> worker_command(const WorkerArguments& arguments, const Context& context);

/// The scale in force: what was asked for, else `full` where a GPU backend answers, else `cpu`.
std::string scale_or_default(const std::string& asked);

/// Loads each experiment that the arguments name, once per combination of a multirun, and checks
/// its plan: nothing of any of them runs where one is wrong.
Result<std::vector<spec::Spec>> load_specs(const ExperimentArguments& what, const Context& context);

}  // namespace assay::cli
