// SPDX-License-Identifier: MIT
#include <algorithm>
#include <atomic>
#include <csignal>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/runs.h"
#include "cli/write_report_files.h"
#include "lab/analysis/compare.h"
#include "lab/analysis/findings_node.h"
#include "lab/figure/table_text.h"
#include "lab/report/comparison.h"
#include "lab/runner/run.h"
#include "lab/store/run_folder.h"
#include "lab/worker/serve.h"
#include "oracle/machine/build_identity.h"

namespace assay::cli {
namespace {

std::atomic<bool> stop_requested{false};

/// The first Ctrl-C ends the run after the trial in flight; the second ends the program.
extern "C" void on_interrupt(int signal) {
  stop_requested = true;
  std::signal(signal, SIG_DFL);
}

/// Listens for Ctrl-C while trials are measured. Before and after (a sweep of a million points, a
/// report) there is nothing to save, and Ctrl-C ends the program at once.
class StoppableProgress final : public ProgressPrinter {
 public:
  ~StoppableProgress() override { listen(SIG_DFL); }

  void on_begin(const runner::Beginning& beginning) override {
    listen(on_interrupt);
    ProgressPrinter::on_begin(beginning);
  }

 private:
  static void listen(void (*handler)(int)) {
    std::signal(SIGINT, handler);
    std::signal(SIGTERM, handler);
  }
};

void print_verdicts(const analysis::Findings& findings) {
  for (const analysis::ClaimFinding& claim : findings.claims) {
    print_line(format("  {:<12} {}: {}", to_text(claim.verdict), claim.says, claim.because));
  }
}

void print_statuses(const runner::RunSummary& summary) {
  std::string counts;
  for (const auto& [status, count] : summary.statuses) {
    counts += format("{}{} {}", counts.empty() ? "" : ", ", count, status);
  }
  print_line(format("  arms measured: {}", counts));
}

/// What an arm may be without the run having failed.
bool is_fine(const std::string& status) {
  return status == to_text(store::Status::kOk) || status == to_text(store::Status::kSkipped) ||
         status == to_text(store::Status::kUnsupported);
}

int exit_code_of(const runner::RunSummary& summary, const analysis::Findings& findings,
                 bool is_strict) {
  const bool has_failed = std::ranges::any_of(
      summary.statuses, [](const auto& entry) { return !is_fine(entry.first); });
  const bool has_refuted =
      std::ranges::any_of(findings.claims, [](const analysis::ClaimFinding& claim) {
        return claim.verdict == analysis::Verdict::kRefuted;
      });
  return has_failed || (is_strict && has_refuted) ? 1 : 0;
}

Result<void> write_summary(const LoadedRun& loaded) {
  ASSAY_TRY(store::RunFolder folder,
            store::RunFolder::open(loaded.folder, store::RunFolder::Access::kWrite));
  return folder.write_document(store::kSummaryFile, analysis::to_node(loaded.findings));
}

/// One trial measured again, beside what the whole run said of it.
Result<void> compare_with_whole(const LoadedRun& part, const RunArguments& arguments,
                                const Context& context) {
  ASSAY_TRY(const auto folder, find_whole_run(part.spec, arguments.results));
  if (!folder) {
    print_line("  no whole run of this experiment to compare with");
    return {};
  }
  ASSAY_TRY(const LoadedRun whole, load_run(*folder, context.registries.vocabulary));
  analysis::RunComparison comparison = analysis::compare_runs(whole.findings, part.findings, {});
  std::erase_if(comparison.cells, [&](const analysis::CellComparison& cell) {
    return cell.trial_id != arguments.only;
  });
  comparison.only_before.clear();
  comparison.only_after.clear();
  print_line(format("  before: {}. {}", folder->filename().string(), comparison.caveat));
  print_line("");
  print(figure::to_markdown(report::comparison_table(comparison)));
  return {};
}

struct Outcome {
  LoadedRun loaded;
  int code = 0;
  bool was_stopped = false;
};

Result<Outcome> run_one(const spec::Spec& spec, const RunArguments& arguments,
                        const Context& context) {
  runner::RunRequest request;
  request.spec = spec;
  request.results_root = arguments.results;
  request.program = context.program;
  request.build = machine::build_identity().id;
  request.only = arguments.only;
  request.is_fresh = arguments.is_fresh;
  runner::RunSummary summary;
  {
    StoppableProgress progress;
    ASSAY_TRY(summary, runner::run(request, progress, stop_requested));
  }
  if (summary.was_stopped) return Outcome{.loaded = {}, .code = 0, .was_stopped = true};
  ASSAY_TRY(LoadedRun loaded, load_run(summary.folder, context.registries.vocabulary));
  ASSAY_TRY_VOID(write_summary(loaded));
  print_line(format("{}: {}", spec.name, spec.question));
  print_statuses(summary);
  print_verdicts(loaded.findings);
  if (!arguments.only.empty()) {
    ASSAY_TRY_VOID(compare_with_whole(loaded, arguments, context));
  }
  const int code = exit_code_of(summary, loaded.findings, arguments.is_strict);
  return Outcome{std::move(loaded), code, summary.was_stopped};
}

}  // namespace

Result<Ran> run_experiments(const RunArguments& arguments, const Context& context) {
  ASSAY_TRY(const std::vector<spec::Spec> specs, load_specs(arguments.what, context));
  Ran ran;
  for (const spec::Spec& spec : specs) {
    ASSAY_TRY(Outcome outcome, run_one(spec, arguments, context));
    if (outcome.was_stopped) {
      note("stopped; the same command goes on from here");
      ran.code = 128 + SIGINT;
      ran.was_stopped = true;
      return ran;
    }
    ran.code = std::max(ran.code, outcome.code);
    ran.runs.push_back(std::move(outcome.loaded));
    ASSAY_TRY_VOID(write_report_files({ran.runs.back().view()}, ran.runs.back().folder));
  }
  return ran;
}

Result<int> run_command(const RunArguments& arguments, const Context& context) {
  ASSAY_TRY(const Ran ran, run_experiments(arguments, context));
  if (ran.was_stopped || ran.runs.size() == 1) return ran.code;
  std::vector<report::RunView> views;
  for (const LoadedRun& run : ran.runs) {
    views.push_back(run.view());
  }
  const std::filesystem::path asked(arguments.what.experiment);
  ASSAY_TRY_VOID(write_report_files(views, arguments.results / asked.stem()));
  return ran.code;
}

Result<int> tour_command(const TourArguments& arguments, const Context& context) {
  RunArguments run;
  run.what.experiment = "tour";
  run.what.scale = "cpu";
  run.results = arguments.results;
  return run_command(run, context);
}

Result<int> worker_command(const WorkerArguments& arguments, const Context& context) {
  ASSAY_TRY_VOID(worker::serve(arguments.in, arguments.out, context.registries.workloads,
                               machine::build_identity().id));
  return 0;
}

}  // namespace assay::cli
