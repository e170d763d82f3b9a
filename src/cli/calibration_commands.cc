// SPDX-License-Identifier: MIT
// sweep, calibrate, verify. A sweep is a run of one of experiments/calibration/ and the CSV of its
// cells; a calibration is sweeps in and a judged fit out, applied where it may be and taken back; a
// verification measures models that no sweep has seen and holds them against what is in force.
#include <algorithm>
#include <cmath>
#include <iterator>

#include "cli/calibrated_profile.h"
#include "cli/commands.h"
#include "cli/print.h"
#include "cli/sweep_rows.h"
#include "core/clock.h"
#include "core/codec/file.h"
#include "lab/store/run_folder.h"
#include "oracle/calibrate/cpu_model.h"
#include "oracle/calibrate/drift.h"
#include "oracle/calibrate/judgement_text.h"
#include "oracle/calibrate/profile_link.h"

namespace assay::cli {
namespace {

constexpr std::string_view kCsvFile = "sweep.csv";

RunArguments run_of(const SweepArguments& arguments) {
  RunArguments run;
  run.what.experiment = "calibration/" + arguments.family;
  run.what.scale = arguments.is_full ? "full" : "cpu";
  run.what.overrides = {format("params.device={}", arguments.device),
                        format("run.threads={}", threads_or_all(arguments.threads))};
  if (!arguments.scenario.empty()) {
    run.what.overrides.push_back(format("{}_points=_{}", arguments.family, arguments.scenario));
  }
  run.results = arguments.results;
  run.is_fresh = arguments.is_fresh;
  return run;
}

/// What predicts on this machine now: the calibration in force, else priors.
struct Predictor {
  calibrate::CpuModel model;
  std::vector<double> values;
};

Result<Predictor> predictor_in_force(int threads) {
  ASSAY_TRY(const auto applied, read_calibrated_profile(calibrated_profile_path("")));
  if (applied) {
    ASSAY_TRY(calibrate::MachinePrior machine, calibrate::prior_of(*applied, threads));
    Predictor predictor{.model = calibrate::CpuModel(std::move(machine)), .values = {}};
    if (applied->calibration) {
      ASSAY_TRY(calibrate::AppliedFit fit, calibrate::applied_fit(*applied, predictor.model));
      predictor.values = std::move(fit.values);
      return predictor;
    }
  }
  ASSAY_TRY(calibrate::MachinePrior machine, this_machine(threads));
  Predictor predictor{.model = calibrate::CpuModel(std::move(machine)), .values = {}};
  for (const calibrate::Coefficient& coefficient : predictor.model.coefficients())
    predictor.values.push_back(coefficient.prior);
  return predictor;
}

void print_rows(const std::vector<calibrate::SweepRow>& rows) {
  print_line(format("  {:<40} {:>6} {:>12} {:>12} {:>9}  {}", "model", "batch", "measured",
                    "foretold", "off", "bound by"));
  for (const calibrate::SweepRow& row : rows) {
    print_line(format("  {:<40} {:>6} {:>12} {:>12} {:>8.0f}%  {}", name_of(row.configuration),
                      row.configuration.batch, to_text(Seconds(row.time_ms * 1e-3)),
                      to_text(Seconds(row.foretold->time_ms * 1e-3)),
                      100 * (row.foretold->time_ms / row.time_ms - 1), row.foretold->bound_by));
  }
}

}  // namespace

Result<int> sweep_command(const SweepArguments& arguments, const Context& context) {
  ASSAY_TRY(const Ran ran, run_experiments(run_of(arguments), context));
  if (ran.was_stopped) return ran.code;
  const LoadedRun& run = ran.runs.front();
  ASSAY_TRY(SweptRows swept, rows_of(run));
  ASSAY_TRY(const Predictor predictor, predictor_in_force(run.spec.run.threads));
  ASSAY_TRY_VOID(foretell(predictor.model, predictor.values, swept.rows));
  const std::string csv = calibrate::to_csv(swept.rows);
  ASSAY_TRY(const store::RunFolder folder,
            store::RunFolder::open(run.folder, store::RunFolder::Access::kRead));
  ASSAY_TRY_VOID(folder.write_text(kCsvFile, csv));
  if (!arguments.output.empty()) {
    ASSAY_TRY_VOID(codec::write_file_atomically(arguments.output, csv));
  }
  print_rows(swept.rows);
  for (const std::string& reason : swept.left_out)
    note("left out: " + reason);
  const std::string written =
      (arguments.output.empty() ? run.folder / kCsvFile : arguments.output).string();
  print_line(format("{} configurations: {}", swept.rows.size(), written));
  print_line(format("next: assay calibrate --input {}", written));
  return ran.code;
}

namespace {

namespace fs = std::filesystem;

std::string all_inputs(const CalibrateArguments& arguments) {
  std::string text;
  for (const std::string& input : arguments.inputs)
    text += (text.empty() ? "" : ", ") + input;
  return text;
}

Result<std::vector<calibrate::SweepRow>> read_all(const CalibrateArguments& arguments,
                                                  const Context& context) {
  std::vector<calibrate::SweepRow> rows;
  for (const std::string& input : arguments.inputs) {
    ASSAY_TRY(SweptRows swept, read_rows(input, arguments.results, context.registries.vocabulary));
    for (const std::string& reason : swept.left_out)
      note(format("left out of {}: {}", input, reason));
    std::ranges::move(swept.rows, std::back_inserter(rows));
  }
  return rows;
}

/// Beside the first input, or in the folder of the first run.
Result<fs::path> report_path(const CalibrateArguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  const std::string& first = arguments.inputs.front();
  if (first.ends_with(".csv")) {
    fs::path path(first);
    path.replace_filename(path.stem().string() + "_calibration.md");
    return path;
  }
  ASSAY_TRY(const fs::path folder, find_run(first, arguments.results));
  return folder / "calibration.md";
}

std::string today() {
  return utc_now().substr(0, std::string_view("2026-11-21").size());
}

struct Ground {
  fs::path path;                    ///< Of the calibration in force, if there is one.
  oracle::HardwareProfile profile;  ///< Read, or made of what this machine shows.
  calibrate::MachinePrior prior;
};

Result<Ground> find_ground(const CalibrateArguments& arguments) {
  Ground ground{.path = calibrated_profile_path(arguments.profile), .profile = {}, .prior = {}};
  const fs::path base = base_profile_path(arguments.profile);
  const int threads = threads_or_all(arguments.threads);
  ASSAY_TRY(std::optional<oracle::HardwareProfile> found, read_calibrated_profile(base));
  if (found) {
    ASSAY_TRY(ground.prior, calibrate::prior_of(*found, threads));
    ground.profile = *std::move(found);
  } else if (!arguments.profile.empty()) {
    return Error::user("no profile {}; `assay list hardware` shows them", base.string());
  } else {
    ASSAY_TRY(ground.prior, this_machine(threads));
    ground.profile = calibrate::profile_of(ground.prior, base.stem().string(), today());
  }
  ASSAY_TRY(const std::optional<oracle::HardwareProfile> applied,
            read_calibrated_profile(ground.path));
  ground.profile.calibration = applied ? applied->calibration : std::nullopt;
  return ground;
}

Result<void> apply(const calibrate::Judgement& judgement, Ground& ground) {
  if (!judgement.is_calibrated) {
    return Error::user("not applied: {}", judgement.verdict);
  }
  const std::int64_t version = next_version(ground.path, ground.profile);
  ground.profile.calibration = calibrate::calibration_of(judgement, version, today());
  ASSAY_TRY_VOID(apply_calibration(ground.profile, ground.path));
  print_line(format("applied: version {} of {}; `assay calibrate --revert` goes back", version,
                    ground.path.string()));
  return {};
}

Result<int> revert(const CalibrateArguments& arguments) {
  const fs::path path = calibrated_profile_path(arguments.profile);
  ASSAY_TRY(const std::int64_t version, revert_calibration(path));
  print_line(version > 0 ? format("reverted: version {} is in force in {}", version, path.string())
                         : format("reverted: {} is not calibrated now", path.string()));
  return 0;
}

}  // namespace

Result<int> calibrate_command(const CalibrateArguments& arguments, const Context& context) {
  if (arguments.reverts) return revert(arguments);
  if (arguments.inputs.empty()) {
    return Error::user("calibrate: expected --input with CSV files or runs, or --revert");
  }
  ASSAY_TRY(const std::vector<calibrate::SweepRow> rows, read_all(arguments, context));
  ASSAY_TRY(std::vector<calibrate::Point> points, calibrate::points_of(rows));
  ASSAY_TRY(Ground ground, find_ground(arguments));
  ASSAY_TRY(
      const calibrate::Judgement judgement,
      calibrate::judge(std::move(points), std::make_shared<const calibrate::CpuModel>(ground.prior),
                       calibrate::current_factor(ground.profile)));
  ASSAY_TRY(const fs::path path, report_path(arguments));
  const calibrate::ReportContext report{
      .source = all_inputs(arguments),
      .profile = ground.path.string(),
      .command = "assay calibrate --input " + all_inputs(arguments)};
  ASSAY_TRY_VOID(codec::write_file_atomically(path, calibrate::to_markdown(judgement, report)));
  print(calibrate::summary_of(judgement));
  print_line(format("report: {}", path.string()));
  if (arguments.applies) ASSAY_TRY_VOID(apply(judgement, ground));
  return 0;
}

namespace {

RunArguments run_of(const VerifyArguments& arguments) {
  RunArguments run;
  run.what.experiment = "calibration/verification";
  run.what.scale = arguments.scale;
  run.what.overrides = {format("run.threads={}", threads_or_all(arguments.threads))};
  run.results = arguments.results;
  run.is_fresh = arguments.is_fresh;
  return run;
}

void print_point(const calibrate::Point& point, const calibrate::Predicted& one) {
  const double off = std::log(one.measured / one.predicted);
  print_line(format("  {:<44} {:>12} {:>12} {:>+7.0f}%{}", title_of(point),
                    to_text(Seconds(one.measured * 1e-9)), to_text(Seconds(one.predicted * 1e-9)),
                    100 * (one.predicted / one.measured - 1),
                    std::abs(off) > one.log_half_width ? "  outside its interval" : ""));
}

}  // namespace

Result<int> verify_command(const VerifyArguments& arguments, const Context& context) {
  const std::filesystem::path path = calibrated_profile_path(arguments.profile);
  ASSAY_TRY(const auto profile, read_calibrated_profile(path));
  if (!profile) {
    return Error::user("no calibration {}; `assay calibrate --input ... --apply` writes one",
                       path.string());
  }
  ASSAY_TRY(calibrate::MachinePrior prior,
            calibrate::prior_of(*profile, threads_or_all(arguments.threads)));
  const calibrate::CpuModel model(std::move(prior));
  ASSAY_TRY(const calibrate::AppliedFit fit, calibrate::applied_fit(*profile, model));
  ASSAY_TRY(const Ran ran, run_experiments(run_of(arguments), context));
  if (ran.was_stopped) return ran.code;
  ASSAY_TRY(const SweptRows swept, rows_of(ran.runs.front()));
  ASSAY_TRY(const std::vector<calibrate::Point> points, calibrate::points_of(swept.rows));
  print_line(
      format("  {:<44} {:>12} {:>12} {:>8}", "configuration", "measured", "predicted", "off"));
  std::vector<calibrate::Predicted> all;
  for (const calibrate::Point& point : points) {
    all.push_back({point.time_ns, model.predict(point.work, fit.values), fit.half_width});
    print_point(point, all.back());
  }
  const calibrate::Drift drift = calibrate::drift_of(all);
  print_line(format("calibration {} of {}: {}", fit.version, path.string(), drift.sentence));
  print_line(format("  MAPE {:.1f} %, P90 {:.1f} %, bias {:+.1f} %, Kendall tau {:.2f}",
                    100 * drift.score.mape, 100 * drift.score.p90, 100 * drift.score.bias,
                    drift.score.tau));
  return drift.has_drifted ? 1 : ran.code;
}

}  // namespace assay::cli
