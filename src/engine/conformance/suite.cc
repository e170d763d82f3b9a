// SPDX-License-Identifier: MIT
#include "engine/conformance/suite.h"

#include <numeric>

#include "engine/conformance/agreement.h"
#include "engine/conformance/draws.h"
#include "engine/conformance/execution.h"
#include "engine/conformance/op_table.h"
#include "engine/conformance/pattern_table.h"
#include "engine/graph/passes/pass_list.h"

namespace assay::conformance {
namespace {

using backend::CompileMode;
using backend::CompileOptions;

/// Every mode; the passes, where the graph has something for them, each left out once.
std::vector<CompileOptions> options_of(const Settings& settings, bool has_patterns) {
  std::vector<CompileOptions> all;
  for (const CompileMode mode : settings.modes) {
    const int threads = mode == CompileMode::kReduceOverhead ? 1 : settings.threads;
    all.push_back({.mode = mode, .threads = threads, .passes_off = {}});
  }
  if (!has_patterns) return all;
  for (const auto& pass : graph::pass_list()) {
    all.push_back({.mode = CompileMode::kDefault,
                   .threads = settings.threads,
                   .passes_off = {std::string(pass.name)}});
  }
  return all;
}

std::string to_text(const CompileOptions& options) {
  std::string text = format("{}, {} threads", backend::to_text(options.mode), options.threads);
  for (const std::string& pass : options.passes_off)
    text += format(", without the pass {}", pass);
  return text;
}

std::optional<std::string> compare(const std::vector<RunResults>& got,
                                   const std::vector<RunResults>& want,
                                   const Agreement& agreement) {
  for (std::size_t run = 0; run < want.size(); ++run) {
    if (got[run].size() != want[run].size()) return format("run {}: other results", run);
    for (std::size_t i = 0; i < want[run].size(); ++i) {
      if (auto wrong = disagreement(got[run][i].view(), want[run][i].view(), agreement)) {
        return format("run {}, result {}: {}", run, i, *wrong);
      }
    }
  }
  return std::nullopt;
}

void try_case(const ModelCase& model, backend::Device& device, backend::Device& judge,
              const std::vector<CompileOptions>& all, Report& report) {
  const auto fail = [&](const std::string& how, const std::string& what) {
    report.failures.push_back(format("{} [{}]: {}", model.name, how, what));
  };
  const auto lacking = lacks_of(model, device);
  if (!lacking) return fail("types", lacking.error().to_string());
  if (*lacking) {
    ++report.skipped[**lacking];
    return;
  }
  const auto want = execute(model, judge, {.mode = CompileMode::kNone});
  if (!want) return fail("the judge", want.error().to_string());
  for (const CompileOptions& options : all) {
    const auto got = execute(model, device, options);
    if (!got && got.error().message().starts_with("unsupported: ")) {
      ++report.skipped[got.error().message()];
    } else if (!got) {
      fail(to_text(options), got.error().to_string());
    } else if (const auto wrong = compare(*got, *want, model.agreement)) {
      fail(to_text(options), *wrong);
    } else {
      ++report.agreed;
    }
  }
}

}  // namespace

void run_case(const ModelCase& model, backend::Device& device, backend::Device& judge,
              const Settings& settings, Report& report) {
  try_case(model, device, judge, options_of(settings, true), report);
}

Report run_suite(backend::Device& device, backend::Device& judge, const Settings& settings) {
  Report report;
  const std::vector<CompileOptions> modes = options_of(settings, false);
  for (const OpCase& op_case : op_table()) {
    for (const Dress dress : {Dress::kPlain, Dress::kSliced, Dress::kTurned})
      try_case(make_model(op_case, dress), device, judge, modes, report);
  }
  for (const ModelCase& model : pattern_table())
    run_case(model, device, judge, settings, report);
  for (int i = 0; i < settings.draws; ++i) {
    Random random(mix_seed(settings.seed, static_cast<std::uint64_t>(i)));
    const auto dress = static_cast<Dress>(random.below(3));
    ModelCase model = make_model(draw(random), dress);
    model.name += format(" (seed {}, draw {})", settings.seed, i);
    try_case(model, device, judge, modes, report);
  }
  return report;
}

std::string to_text(const Report& report) {
  const std::int64_t skipped =
      std::accumulate(report.skipped.begin(), report.skipped.end(), std::int64_t{0},
                      [](std::int64_t sum, const auto& entry) { return sum + entry.second; });
  std::string text =
      format("{} agreed, {} failed, {} skipped", report.agreed, report.failures.size(), skipped);
  for (const auto& [reason, count] : report.skipped)
    text += format("\n  skipped {}: {}", count, reason);
  for (const std::string& failure : report.failures)
    text += format("\n  FAILED {}", failure);
  return text;
}

}  // namespace assay::conformance
