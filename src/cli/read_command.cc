// SPDX-License-Identifier: MIT
// The commands that read runs and print or write what they say.
#include <algorithm>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/runs.h"
#include "cli/write_report_files.h"
#include "core/codec/file.h"
#include "lab/analysis/compare.h"
#include "lab/figure/table_text.h"
#include "lab/report/comparison.h"
#include "lab/report/markdown.h"
#include "lab/report/references.h"
#include "lab/report/tables.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

Result<std::vector<LoadedRun>> load_runs(const ReadArguments& arguments, const Context& context) {
  std::vector<LoadedRun> loaded;
  for (const std::string& name : arguments.runs) {
    ASSAY_TRY(const fs::path folder, find_run(name, arguments.results));
    ASSAY_TRY(LoadedRun run, load_run(folder, context.registries.vocabulary));
    for (const std::string& sentence : run.damage) {
      note(sentence);
    }
    loaded.push_back(std::move(run));
  }
  return loaded;
}

std::vector<report::RunView> views_of(const std::vector<LoadedRun>& runs) {
  std::vector<report::RunView> views;
  for (const LoadedRun& run : runs) {
    views.push_back(run.view());
  }
  return views;
}

Result<void> show(const std::vector<LoadedRun>& runs) {
  ASSAY_TRY(const std::string text, report::to_markdown(views_of(runs)));
  print(text);
  return {};
}

bool has_refuted(const LoadedRun& run) {
  return std::ranges::any_of(run.findings.claims, [](const analysis::ClaimFinding& claim) {
    return claim.verdict == analysis::Verdict::kRefuted;
  });
}

int print_claims(const std::vector<LoadedRun>& runs, bool is_strict) {
  bool refuted = false;
  for (const LoadedRun& run : runs) {
    for (const analysis::ClaimFinding& claim : run.findings.claims) {
      print_line(format("{:<12} {}: {}\n             {} (bound {}): {}", to_text(claim.verdict),
                        claim.id, claim.says, to_text(claim.value) + claim.unit, claim.bound,
                        claim.because));
    }
    if (run.findings.claims.empty()) print_line(format("{} makes no claim", run.spec.name));
    refuted |= has_refuted(run);
  }
  return refuted && is_strict ? 1 : 0;
}

Result<void> render_text(const std::vector<LoadedRun>& runs, const fs::path& path) {
  std::vector<analysis::ClaimFinding> claims;
  for (const LoadedRun& run : runs) {
    claims.insert(claims.end(), run.findings.claims.begin(), run.findings.claims.end());
  }
  ASSAY_TRY(const std::string text, codec::read_file(path, Bytes(16 << 20)));
  ASSAY_TRY(const std::string filled,
            report::fill_references(text, claims).context("in {}", path.string()));
  print(filled);
  return {};
}

Result<void> print_tables(const std::vector<LoadedRun>& runs, const std::string& format_name) {
  for (const LoadedRun& run : runs) {
    ASSAY_TRY(const std::vector<figure::Table> tables, report::tables_of(run.view()));
    for (const figure::Table& table : tables) {
      if (format_name == "csv") {
        print(figure::to_csv(table));
      } else if (format_name == "latex") {
        print(figure::to_latex(table));
      } else {
        print(figure::to_markdown(table));
      }
      print("\n");
    }
  }
  return {};
}

Result<void> write_reports(const std::vector<LoadedRun>& runs) {
  const fs::path folder =
      runs.size() == 1 ? runs.front().folder : runs.front().folder.parent_path();
  return write_report_files(views_of(runs), folder);
}

Result<void> compare(const LoadedRun& before, const LoadedRun& after) {
  if (before.spec.name != after.spec.name || before.spec.workload != after.spec.workload) {
    return Error::user("these runs answer different questions: {} ({}) and {} ({})",
                       before.spec.name, before.spec.workload, after.spec.name,
                       after.spec.workload);
  }
  if (!(before.spec.resolved == after.spec.resolved)) {
    note("the two runs were asked differently; their config.json files say how");
  }
  const analysis::RunComparison comparison =
      analysis::compare_runs(before.findings, after.findings, {});
  print_line(comparison.caveat);
  print_line("");
  print(figure::to_markdown(report::comparison_table(comparison)));
  return {};
}

}  // namespace

Result<int> read_command(const ReadArguments& arguments, const Context& context) {
  ASSAY_TRY(const std::vector<LoadedRun> runs, load_runs(arguments, context));
  if (arguments.command == "claims" && arguments.render.empty()) {
    return print_claims(runs, arguments.is_strict);
  }
  if (arguments.command == "claims") {
    ASSAY_TRY_VOID(render_text(runs, arguments.render));
  } else if (arguments.command == "show") {
    ASSAY_TRY_VOID(show(runs));
  } else if (arguments.command == "tables") {
    ASSAY_TRY_VOID(print_tables(runs, arguments.format));
  } else if (arguments.command == "compare") {
    ASSAY_TRY_VOID(compare(runs.at(0), runs.at(1)));
  } else {
    ASSAY_TRY_VOID(write_reports(runs));
  }
  return 0;
}

}  // namespace assay::cli
