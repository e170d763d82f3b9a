// SPDX-License-Identifier: MIT
#include <algorithm>

#include "cli/commands.h"
#include "cli/experiments.h"
#include "cli/print.h"
#include "lab/report/selections.h"
#include "lab/spec/multirun.h"
#include "lab/store/index.h"
#include "lab/store/run_folder.h"
#include "lab/sweep/estimate.h"
#include "lab/sweep/expand.h"

namespace assay::cli {
namespace {

std::int64_t cells_in(const sweep::Sweep& sweep) {
  std::int64_t cells = 0;
  for (const sweep::Trial& trial : sweep.trials) {
    if (trial.kind == sweep::TrialKind::kCell) cells += std::ssize(trial.arms);
  }
  return cells;
}

std::int64_t count_of(const sweep::Sweep& sweep, sweep::TrialKind kind) {
  return std::ranges::count(sweep.trials, kind, &sweep::Trial::kind);
}

void print_trials(const sweep::Sweep& sweep) {
  for (const sweep::Trial& trial : sweep.trials) {
    print_line(format("  {:<8} {}", to_text(trial.kind), trial.id));
  }
}

void print_duplicates(const sweep::Sweep& sweep) {
  for (const auto& [duplicate, original] : sweep.duplicates) {
    print_line(format("  duplicate: {} is {} after resolution and will be skipped",
                      sweep.trials[duplicate].id, sweep.trials[original].id));
  }
}

/// What trials of this experiment took in earlier runs; empty where there are none.
std::vector<sweep::PastDuration> past_durations(const std::string& name,
                                                const std::filesystem::path& results) {
  std::vector<sweep::PastDuration> past;
  const auto runs = store::list_runs(results);
  if (!runs) return past;
  for (const store::RunEntry& run : *runs) {
    if (run.name != name) continue;
    const auto folder = store::RunFolder::open(run.path, store::RunFolder::Access::kRead);
    if (!folder) continue;
    const auto stored = folder->records();
    if (!stored) continue;
    for (const store::Record& record : stored->records) {
      past.push_back({record.trial_key, record.duration});
    }
  }
  return past;
}

/// What can be known to be wrong before anything is measured, and is no matter of the schema.
Result<void> check_plan(const spec::Spec& spec, const spec::Vocabulary& vocabulary) {
  ASSAY_TRY(const sweep::Sweep sweep, sweep::expand(spec));
  const auto workload =
      std::ranges::find(vocabulary.workloads, spec.workload, &spec::WorkloadEntry::name);
  ASSAY_TRY_VOID(sweep::check_factors(sweep, *workload).context("in {}", spec.path.string()));
  if (spec.overrides.empty()) ASSAY_TRY_VOID(sweep::check_expected(spec, sweep));
  return report::check_selections(spec);
}

}  // namespace

std::string scale_or_default(const std::string& asked) {
  // `full` is the default where a GPU backend answers; this version registers none.
  return asked.empty() ? "cpu" : asked;
}

Result<std::vector<spec::Spec>> load_specs(const ExperimentArguments& what,
                                           const Context& context) {
  ASSAY_TRY(const std::vector<Experiment> found,
            find_experiments(what.experiment, experiments_root()));
  ASSAY_TRY(const std::vector<Experiment> experiments, without(found, what.skipped));
  std::vector<std::vector<std::string>> combinations{what.overrides};
  if (what.is_multirun) {
    ASSAY_TRY(combinations, spec::multirun(what.overrides));
  }
  std::vector<spec::Spec> specs;
  for (const Experiment& experiment : experiments) {
    for (const std::vector<std::string>& overrides : combinations) {
      ASSAY_TRY(spec::Spec spec, spec::load_spec({.path = experiment.path,
                                                  .scale = scale_or_default(what.scale),
                                                  .overrides = overrides},
                                                 context.registries.vocabulary));
      ASSAY_TRY_VOID(check_plan(spec, context.registries.vocabulary));
      specs.push_back(std::move(spec));
    }
  }
  return specs;
}

Result<int> plan_command(const PlanArguments& arguments, const Context& context) {
  ASSAY_TRY(const std::vector<spec::Spec> specs, load_specs(arguments.what, context));
  sweep::Estimate total;
  std::int64_t cells = 0;
  for (const spec::Spec& spec : specs) {
    ASSAY_TRY(const sweep::Sweep sweep, sweep::expand(spec));
    const sweep::Estimate estimate =
        sweep::estimate(spec, sweep, past_durations(spec.name, arguments.results));
    print_line(format("{} ({}): {}", spec.name, spec.scale, spec.question));
    print_line(
        format("  {} trials with {} cells, {} compared pairs, {} A/A floors, in {} processes; {}",
               count_of(sweep, sweep::TrialKind::kCell), cells_in(sweep),
               count_of(sweep, sweep::TrialKind::kCompare),
               count_of(sweep, sweep::TrialKind::kFloor), spec.run.processes, to_text(estimate)));
    if (sweep.filtered_count > 0)
      print_line(format("  {} points filtered out", sweep.filtered_count));
    print_line(format("  {}", estimate.assumes));
    print_duplicates(sweep);
    if (arguments.shows_every_trial) print_trials(sweep);
    total.low += estimate.low;
    total.high += estimate.high;
    cells += cells_in(sweep);
  }
  if (specs.size() > 1) {
    print_line(format("in all: {} experiments, {} cells, {}", specs.size(), cells, to_text(total)));
  }
  return 0;
}

}  // namespace assay::cli
