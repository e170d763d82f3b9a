// SPDX-License-Identifier: MIT
// The CSV of a sweep, in the columns of the seed: a row per configuration with what was measured
// beside what was predicted. It is all that a calibration needs: from the model's name and the
// sizes of the row the work is counted anew.
//
//   model,input_dim,hidden_dims,output_dim,batch_size,device,precision,
//   empirical_time_ms,empirical_time_std_ms,empirical_memory_mb,empirical_throughput,
//   analytical_time_ms,analytical_memory_mb,analytical_flops,analytical_ai,analytical_bottleneck,
//   time_error_pct,memory_error_pct
//
// `empirical_time_ms` is the median over processes, `empirical_time_std_ms` the standard deviation
// between their medians. A file of the original is read too: its "mlp_2layer" with the dims beside
// it is the model "mlp<input>-<hidden>-...-<output>".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "oracle/calibrate/work.h"

namespace assay::calibrate {

/// What was predicted before the measurement was seen.
struct Foretold {
  double time_ms = 0;
  double memory_mb = 0;
  double flops = 0;
  double intensity = 0;
  std::string bound_by = {};  ///< "compute", "memory", "overhead"
};

struct SweepRow {
  Configuration configuration = {};
  std::int64_t input_dim = 0;
  std::vector<std::int64_t> hidden_dims = {};
  std::int64_t output_dim = 0;
  std::string device = "cpu";
  std::string precision = "fp32";
  double time_ms = 0;
  double time_sd_ms = 0;
  double memory_mb = 0;   ///< 0: not measured.
  double throughput = 0;  ///< Rows, pictures or sequences a second.
  std::optional<Foretold> foretold = {};
};

/// "mlp512-512-128" -> {512}; empty for models that are no MLPs.
std::vector<std::int64_t> hidden_dims_of(std::string_view model);

std::string to_csv(std::span<const SweepRow> rows);

/// Columns in any order, others beside them; `model`, `batch_size` and `empirical_time_ms` are
/// needed. An error says file, line and column.
Result<std::vector<SweepRow>> parse_sweep_csv(std::string_view text, const std::string& file);

}  // namespace assay::calibrate
