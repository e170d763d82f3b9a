// SPDX-License-Identifier: MIT
// The program `assay`: reads the command line, builds the registries, does the command.
#include <filesystem>
#include <new>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/print.h"
#include "cli/registration.h"

namespace {

using assay::Result;
using namespace assay::cli;  // NOLINT: main is the glue of this one module.

Result<int> perform(const Command& command, const Context& context) {
  if (const auto* run = std::get_if<RunArguments>(&command)) return run_command(*run, context);
  if (const auto* plan = std::get_if<PlanArguments>(&command)) return plan_command(*plan, context);
  if (const auto* list = std::get_if<ListArguments>(&command)) return list_command(*list, context);
  if (const auto* read = std::get_if<ReadArguments>(&command)) return read_command(*read, context);
  if (const auto* generate = std::get_if<GenerateArguments>(&command)) {
    return generate_command(*generate, context);
  }
  if (const auto* estimate = std::get_if<EstimateArguments>(&command)) {
    return estimate_command(*estimate, context);
  }
  if (const auto* tour = std::get_if<TourArguments>(&command)) return tour_command(*tour, context);
  if (const auto* probe = std::get_if<ProbeArguments>(&command)) {
    return probe_command(*probe, context);
  }
  if (const auto* sweep = std::get_if<SweepArguments>(&command)) {
    return sweep_command(*sweep, context);
  }
  if (const auto* calibrate = std::get_if<CalibrateArguments>(&command)) {
    return calibrate_command(*calibrate, context);
  }
  if (const auto* verify = std::get_if<VerifyArguments>(&command)) {
    return verify_command(*verify, context);
  }
  if (const auto* worker = std::get_if<WorkerArguments>(&command)) {
    return worker_command(*worker, context);
  }
  if (const auto* djinnd = std::get_if<DjinndArguments>(&command)) {
    return djinnd_command(*djinnd, context);
  }
  if (const auto* djinn = std::get_if<DjinnArguments>(&command)) {
    return djinn_command(*djinn, context);
  }
  print(std::get<PrintArguments>(command).text);
  return 0;
}

Result<int> start(const std::vector<std::string>& arguments) {
  ASSAY_TRY(const Command command, parse_command_line(arguments));
  ASSAY_TRY(const Registries registries, make_registries());
  std::error_code error;
  const Context context{registries, std::filesystem::read_symlink("/proc/self/exe", error)};
  return perform(command, context);
}

/// Our own limits come first; what is beyond them (a huge file, a small container) ends here.
Result<int> start_within_memory(const std::vector<std::string>& arguments) {
  try {
    return start(arguments);
  } catch (const std::bad_alloc&) {
    return assay::Error::environment("out of memory; what was recorded before is kept");
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  // The daemon is a link to this program.
  if (std::filesystem::path(argv[0]).filename() == "djinnd") {
    arguments.insert(arguments.begin(), "djinnd");
  }
  const Result<int> code = start_within_memory(arguments);
  if (!code) return complain(code.error());
  if (flush_output()) return *code;
  return complain(assay::Error::environment("cannot write to standard output"));
}
