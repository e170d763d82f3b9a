// SPDX-License-Identifier: MIT
#include "oracle/calibrate/sweep_row.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/codec/csv.h"
#include "core/format.h"
#include "core/nearest.h"

namespace assay::calibrate {
namespace {

using codec::Node;

constexpr std::array<std::string_view, 18> kColumns{
    "model",
    "input_dim",
    "hidden_dims",
    "output_dim",
    "batch_size",
    "device",
    "precision",
    "empirical_time_ms",
    "empirical_time_std_ms",
    "empirical_memory_mb",
    "empirical_throughput",
    "analytical_time_ms",
    "analytical_memory_mb",
    "analytical_flops",
    "analytical_ai",
    "analytical_bottleneck",
    "time_error_pct",
    "memory_error_pct",
};

constexpr std::size_t kRowsMax = 1'000'000;
constexpr double kBatchMax = 1 << 20;

/// Integers separated by anything that is no digit: "[512, 512]", "512-512".
std::vector<std::int64_t> integers_in(std::string_view text) {
  std::vector<std::int64_t> found;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    std::int64_t value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error == std::errc() && *at != '-') {
      found.push_back(value);
      at = next;
    } else {
      ++at;
    }
  }
  return found;
}

std::string percent_off(double predicted, double measured) {
  if (measured <= 0) return "";
  return format("{:.3f}", 100 * std::abs(predicted - measured) / measured);
}

std::string number_or_nothing(double value) {
  return value > 0 ? format("{:.9g}", value) : "";
}

std::vector<std::string> cells_of(const SweepRow& row) {
  std::string hidden;
  for (const std::int64_t width : row.hidden_dims)
    hidden += format("{}{}", hidden.empty() ? "" : ", ", width);
  std::vector<std::string> cells{name_of(row.configuration),
                                 format("{}", row.input_dim),
                                 "[" + hidden + "]",
                                 format("{}", row.output_dim),
                                 format("{}", row.configuration.batch),
                                 row.device,
                                 row.precision,
                                 format("{:.9g}", row.time_ms),
                                 format("{:.9g}", row.time_sd_ms),
                                 number_or_nothing(row.memory_mb),
                                 number_or_nothing(row.throughput)};
  if (!row.foretold) {
    cells.resize(kColumns.size());
    return cells;
  }
  const Foretold& told = *row.foretold;
  for (const double number : {told.time_ms, told.memory_mb, told.flops, told.intensity})
    cells.push_back(format("{:.9g}", number));
  cells.push_back(told.bound_by);
  cells.push_back(percent_off(told.time_ms, row.time_ms));
  cells.push_back(percent_off(told.memory_mb, row.memory_mb));
  return cells;
}

/// One line of the file with the names of its columns.
class Line {
 public:
  Line(const std::vector<std::string>& columns, const Node& cells, std::string place)
      : columns_(columns), cells_(cells), place_(std::move(place)) {}

  /// Empty where the file has no such column.
  const std::string& text(std::string_view column) const {
    static const std::string nothing;
    const auto found = std::ranges::find(columns_, column);
    if (found == columns_.end()) return nothing;
    const auto index = static_cast<std::size_t>(found - columns_.begin());
    return *cells_.items()[index].as_string();
  }
  Error expected(std::string_view column, std::string_view what) const {
    return Error::user("{}: {}: expected {}: got `{}`", place_, column, what, text(column));
  }
  /// Not below 0; `fallback` where the cell is empty.
  Result<double> number(std::string_view column, double fallback) const {
    const std::string& cell = text(column);
    if (cell.empty()) return fallback;
    double value = 0;
    const char* const end = cell.data() + cell.size();
    const auto [next, error] = std::from_chars(cell.data(), end, value);
    if (error != std::errc() || next != end || !std::isfinite(value) || value < 0) {
      return expected(column, "a number of 0 or more");
    }
    return value;
  }
  const std::string& place() const { return place_; }

 private:
  const std::vector<std::string>& columns_;
  const Node& cells_;
  std::string place_;
};

Result<Configuration> read_configuration(const Line& line) {
  Configuration configuration;
  const std::string& model = line.text("model");
  if (model.starts_with("mlp_")) {  // The original's: sizes stand in columns of their own.
    const auto hidden = integers_in(line.text("hidden_dims"));
    ASSAY_TRY(const double input, line.number("input_dim", 0));
    ASSAY_TRY(const double output, line.number("output_dim", 0));
    if (input < 1 || output < 1) return line.expected("input_dim", "the widths of the MLP");
    configuration.model = format("mlp{:.0f}", input);
    for (const std::int64_t width : hidden)
      configuration.model += format("-{}", width);
    configuration.model += format("-{:.0f}", output);
  } else {
    ASSAY_TRY(configuration, parse_configuration(model).context("in {}", line.place()));
  }
  ASSAY_TRY(const double batch, line.number("batch_size", 0));
  if (batch < 1 || batch > kBatchMax || batch != std::floor(batch)) {
    return line.expected("batch_size", "an integer from 1 to 1048576");
  }
  configuration.batch = static_cast<std::int64_t>(batch);
  return configuration;
}

Result<std::int64_t> read_extent(const Line& line, std::string_view column) {
  ASSAY_TRY(const double value, line.number(column, 0));
  if (value > 1e15) return line.expected(column, "an extent");
  return static_cast<std::int64_t>(value);
}

Result<SweepRow> read_row(const Line& line) {
  SweepRow row;
  ASSAY_TRY(row.configuration, read_configuration(line));
  ASSAY_TRY(row.input_dim, read_extent(line, "input_dim"));
  ASSAY_TRY(row.output_dim, read_extent(line, "output_dim"));
  row.hidden_dims = integers_in(line.text("hidden_dims"));
  if (!line.text("device").empty()) row.device = line.text("device");
  if (!line.text("precision").empty()) row.precision = line.text("precision");
  ASSAY_TRY(row.time_ms, line.number("empirical_time_ms", 0));
  if (row.time_ms < 1e-7 || row.time_ms > 1e12) {
    return line.expected("empirical_time_ms", "a time in milliseconds, above 0 and below 1e12");
  }
  ASSAY_TRY(row.time_sd_ms, line.number("empirical_time_std_ms", 0));
  ASSAY_TRY(row.memory_mb, line.number("empirical_memory_mb", 0));
  // The original writes "tensor(1640.7)" here; it follows from batch and time.
  row.throughput = 1e3 * static_cast<double>(row.configuration.batch) / row.time_ms;
  ASSAY_TRY(const double foretold_ms, line.number("analytical_time_ms", 0));
  if (foretold_ms > 0) {
    Foretold told{.time_ms = foretold_ms, .bound_by = line.text("analytical_bottleneck")};
    ASSAY_TRY(told.memory_mb, line.number("analytical_memory_mb", 0));
    ASSAY_TRY(told.flops, line.number("analytical_flops", 0));
    ASSAY_TRY(told.intensity, line.number("analytical_ai", 0));
    row.foretold = std::move(told);
  }
  return row;
}

}  // namespace

std::vector<std::int64_t> hidden_dims_of(std::string_view model) {
  if (!model.starts_with("mlp")) return {};
  std::vector<std::int64_t> widths = integers_in(model.substr(0, model.find('/')));
  // "mlp512-128" reads as 512 and 128: the widths between the first and the last are hidden.
  if (widths.size() < 2) return {};
  return {widths.begin() + 1, widths.end() - 1};
}

std::string to_csv(std::span<const SweepRow> rows) {
  std::string text;
  codec::append_csv_row(text, std::vector<std::string>(kColumns.begin(), kColumns.end()));
  for (const SweepRow& row : rows)
    codec::append_csv_row(text, cells_of(row));
  return text;
}

Result<std::vector<SweepRow>> parse_sweep_csv(std::string_view text, const std::string& file) {
  ASSAY_TRY(const Node lines, codec::parse_csv(text, file));
  if (lines.items().size() < 2) return Error::user("{}: no row below the names of columns", file);
  if (lines.items().size() > kRowsMax) {
    return Error::user("{}: {} rows; expected at most {}", file, lines.items().size(), kRowsMax);
  }
  std::vector<std::string> columns;
  for (const Node& name : lines.items().front().items())
    columns.push_back(*name.as_string());
  for (const std::string_view needed : {"model", "batch_size", "empirical_time_ms"}) {
    if (std::ranges::find(columns, needed) != columns.end()) continue;
    const std::string nearest = nearest_name(needed, columns);
    return Error::user("{}: no column `{}`{}; a sweep's CSV begins with {}", file, needed,
                       nearest.empty() ? "" : format(" (there is `{}`)", nearest),
                       "model,input_dim,hidden_dims,output_dim,batch_size");
  }
  std::vector<SweepRow> rows;
  for (std::size_t i = 1; i < lines.items().size(); ++i) {
    const Node& cells = lines.items()[i];
    ASSAY_TRY(SweepRow row, read_row(Line(columns, cells, format("{}:{}", file, i + 1))));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace assay::calibrate
