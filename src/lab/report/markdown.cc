// SPDX-License-Identifier: MIT
#include "lab/report/markdown.h"

#include <algorithm>
#include <utility>

#include "core/format.h"
#include "lab/figure/reading.h"
#include "lab/figure/table_text.h"
#include "lab/report/answer.h"
#include "lab/report/tables.h"
#include "lab/report/trust.h"

namespace assay::report {
namespace {

/// Trials named as the evidence of a claim; the others are counted.
constexpr std::size_t kTrialsNamed = 4;

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  std::ranges::replace(result, '_', ' ');
  return result;
}

std::string evidence_text(const std::vector<std::string>& trials) {
  if (trials.empty()) return "";
  std::string text;
  for (std::size_t i = 0; i < std::min(trials.size(), kTrialsNamed); ++i) {
    text += format("{}`{}`", i == 0 ? "" : ", ", trials[i]);
  }
  if (trials.size() > kTrialsNamed) text += format(" and {} more", trials.size() - kTrialsNamed);
  return "  Evidence: " + text + ".\n";
}

std::string claim_text(const analysis::ClaimFinding& claim) {
  std::string text = format("- **{}** {} (`{}`)\n", upper(analysis::to_text(claim.verdict)),
                            figure::escape_markdown(claim.says), claim.id);
  text +=
      format("  Seen {}, bound {}. {}\n", seen_text(claim),
             claim.bound.empty() ? "none" : claim.bound, figure::escape_markdown(claim.because));
  text += evidence_text(claim.trial_ids);
  if (claim.value.has_number() && !claim.self_test_passed) {
    text += "  Its self-test did not pass: on data with the effect reversed it was not refuted.\n";
  }
  return text;
}

std::string claims_text(const RunView& view) {
  if (view.findings.claims.empty()) return "No claims are made by this experiment.\n";
  std::string text;
  for (const analysis::ClaimFinding& claim : view.findings.claims)
    text += claim_text(claim);
  return text;
}

std::string trust_text(const RunView& view) {
  const Trust trust = trust_of(view);
  std::string text = to_text(trust) + "\n";
  std::string statuses;
  for (const auto& [status, count] : view.findings.status_counts) {
    statuses += format("{}{} {}", statuses.empty() ? "" : ", ", count, status);
  }
  if (!statuses.empty()) text += format("\nArms measured: {}.\n", statuses);
  if (!trust.warnings.empty() || !trust.doubts.empty()) text += '\n';
  for (const std::string& warning : trust.warnings)
    text += format("- warning: {}\n", figure::escape_markdown(warning));
  for (const auto& [doubt, count] : trust.doubts) {
    text += format("- doubt in {} {}: {}\n", count, count == 1 ? "cell" : "cells",
                   figure::escape_markdown(doubt));
  }
  return text;
}

std::string figures_text(const RunView& view, std::size_t run_count) {
  if (view.spec.figures.empty()) return "";
  std::string text = "\n### Figures\n\n";
  for (const spec::FigureRequest& request : view.spec.figures) {
    const std::string stem = stem_of(view, request.id, run_count);
    text += format("- {} — `plots/{}.png`, `.pdf`, `.vl.json`\n",
                   figure::escape_markdown(request.title), stem);
  }
  return text;
}

std::string table_section(const figure::Table& table) {
  const std::string& title = table.title.empty() ? table.id : table.title;
  return format("\n### {}\n\n{}", figure::escape_markdown(title), figure::to_markdown(table));
}

std::string section_unless_empty(const figure::Table& table) {
  return table.rows.empty() ? "" : table_section(table);
}

std::string environment_text(const RunView& view) {
  const auto leaves = flat_environment(view.environment);
  if (leaves.empty()) return "\n### Environment\n\nNot recorded.\n";
  std::string text = "\n### Environment\n\n";
  for (const auto& [key, value] : leaves)
    text += format("- {}: {}\n", figure::escape_markdown(key), figure::escape_markdown(value));
  return text;
}

std::string commands_text(const RunView& view) {
  std::string text = "\n### The command that repeats each point\n\n```\n";
  std::string_view last;
  for (const analysis::CellFinding& cell : view.findings.cells) {
    if (cell.repeat_command.empty() || cell.repeat_command == last) continue;
    last = cell.repeat_command;
    text += cell.repeat_command + "\n";
  }
  return last.empty() ? "" : text + "```\n";
}

Result<std::string> run_text(const RunView& view, std::size_t run_count) {
  std::string text =
      format("## {}\n\n{}\n\n{}\n\nRun `{}`, scale `{}`, workload `{}`.\n", view.spec.name,
             figure::escape_markdown(view.spec.question), figure::escape_markdown(answer_of(view)),
             view.name, view.spec.scale, view.spec.workload);
  text += "\n### Verdicts\n\n" + claims_text(view);
  text += "\n### How far to trust it\n\n" + trust_text(view);
  text += figures_text(view, run_count);
  ASSAY_TRY(const std::vector<figure::Table> tables, tables_of(view));
  for (const figure::Table& table : tables)
    text += table_section(table);
  text += section_unless_empty(cliffs_table(view));
  text += section_unless_empty(periods_table(view));
  text += section_unless_empty(floors_table(view));
  text += environment_text(view);
  return text + commands_text(view);
}

std::string overview(const std::vector<RunView>& views) {
  std::string text = "| run | verdicts |\n|-----|----------|\n";
  for (const RunView& view : views) {
    std::string verdicts;
    for (const analysis::ClaimFinding& claim : view.findings.claims) {
      verdicts += format("{}{}: {}", verdicts.empty() ? "" : "; ", claim.id,
                         analysis::to_text(claim.verdict));
    }
    text += format("| {} | {} |\n", view.spec.name, verdicts.empty() ? "no claims" : verdicts);
  }
  return text + "\n";
}

}  // namespace

Result<std::string> to_markdown(const std::vector<RunView>& views) {
  std::string text = "# Assay report\n\n";
  if (views.size() > 1) text += overview(views);
  for (const RunView& view : views) {
    ASSAY_TRY(const std::string section,
              run_text(view, views.size()).context("in the report of {}", view.name));
    text += section + "\n";
  }
  text.pop_back();
  return text;
}

}  // namespace assay::report
