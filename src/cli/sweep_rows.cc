// SPDX-License-Identifier: MIT
#include "cli/sweep_rows.h"

#include <algorithm>

#include "core/codec/file.h"

namespace assay::cli {
namespace {

using calibrate::SweepRow;

constexpr double kMegabyte = 1e6;

double bytes_held(const spec::Factors& mechanism) {
  double sum = 0;
  for (const char* part : {"weights_bytes", "arena_bytes"}) {
    const auto bytes = mechanism.integer(part);
    sum += bytes ? static_cast<double>(*bytes) : 0;
  }
  return sum;
}

Result<SweepRow> row_of(const analysis::CellFinding& cell) {
  SweepRow row;
  ASSAY_TRY(row.configuration.model, cell.factors.text("model"));
  ASSAY_TRY(row.configuration.batch, cell.factors.integer("batch"));
  ASSAY_TRY(row.configuration.sequence, cell.factors.integer("sequence"));
  ASSAY_TRY(row.configuration.past, cell.factors.integer("past"));
  ASSAY_TRY(row.device, cell.factors.text("device"));
  constexpr double kNsOfMs = 1e6;
  row.time_ms = cell.time.number() / kNsOfMs;
  row.time_sd_ms = row.time_ms * cell.between_sd;
  row.memory_mb = bytes_held(cell.mechanism) / kMegabyte;
  row.throughput = 1e3 * static_cast<double>(row.configuration.batch) / row.time_ms;
  row.hidden_dims = calibrate::hidden_dims_of(row.configuration.model);
  return row;
}

}  // namespace

Result<SweptRows> rows_of(const LoadedRun& run) {
  if (run.spec.workload != "model") {
    return Error::user(
        "{} is a run of workload {}; expected one of `model`, as `assay sweep` makes",
        run.folder.string(), run.spec.workload);
  }
  SweptRows swept;
  for (const analysis::CellFinding& cell : run.findings.cells) {
    if (cell.kind != sweep::TrialKind::kCell) continue;
    if (!cell.time.has_number()) {
      swept.left_out.push_back(format("{}: {}", cell.label, to_text(cell.time)));
      continue;
    }
    ASSAY_TRY(SweepRow row, row_of(cell).context("in {}", run.folder.string()));
    swept.rows.push_back(std::move(row));
  }
  if (swept.rows.empty()) {
    return Error::user("{} holds no configuration with a time", run.folder.string());
  }
  return swept;
}

Result<void> foretell(const calibrate::MachineModel& model, std::span<const double> values,
                      std::vector<SweepRow>& rows) {
  for (SweepRow& row : rows) {
    ASSAY_TRY(const calibrate::Work work, calibrate::work_of(row.configuration));
    row.input_dim = work.input_dim;
    row.output_dim = work.output_dim;
    row.foretold =
        calibrate::Foretold{.time_ms = model.predict(work, values) / 1e6,
                            .memory_mb = (work.weight_bytes + work.live_bytes) / kMegabyte,
                            .flops = work.flops,
                            .intensity = work.intensity(),
                            .bound_by = std::string(model.bound_by(work, values))};
  }
  return {};
}

Result<SweptRows> read_rows(const std::string& input, const std::filesystem::path& results,
                            const spec::Vocabulary& vocabulary) {
  if (!input.ends_with(".csv")) {
    ASSAY_TRY(const std::filesystem::path folder, find_run(input, results));
    ASSAY_TRY(const LoadedRun run, load_run(folder, vocabulary));
    return rows_of(run);
  }
  constexpr Bytes kCsvSizeMax{std::int64_t{64} << 20};
  ASSAY_TRY(const std::string text, codec::read_file(input, kCsvSizeMax));
  SweptRows swept;
  ASSAY_TRY(swept.rows, calibrate::parse_sweep_csv(text, input));
  return swept;
}

}  // namespace assay::cli
