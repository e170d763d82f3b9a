// SPDX-License-Identifier: MIT
#include "cli/estimate_tables.h"

#include <algorithm>
#include <cmath>

#include "oracle/model/explanation.h"

namespace assay::cli {
namespace {

using figure::Cell;
using oracle::Estimate;
using oracle::KernelClass;
using oracle::KernelPrediction;
using oracle::KernelView;
using oracle::kKernelClassCount;

Value estimated(double number, std::string_view reason) {
  return Value::estimated(number, std::string(reason));
}

constexpr std::string_view kEnd = "end of the interval that holds 80 %";
constexpr std::string_view kCounted = "counted from the plan";
constexpr std::string_view kModel = "by the model";

/// The part that the most of the time is.
std::string bound_of(const Estimate& estimate) {
  const auto& parts = estimate.prediction.parts;
  const auto longest = std::ranges::max_element(parts) - parts.begin();
  return std::string(oracle::to_text(static_cast<int>(longest), estimate.machine));
}

std::string describe(const EstimatedCase& one) {
  const Interval& interval = one.estimate.prediction.interval;
  return format("{} ({} to {})", one.hardware, to_text(Seconds(interval.low)),
                to_text(Seconds(interval.high)));
}

std::string bytes_text(double count) {
  return to_text(Bytes(static_cast<std::int64_t>(std::llround(count))));
}

struct Stage {
  KernelClass kind = KernelClass::kMove;
  std::int64_t kernels = 0;
  oracle::OpCount count;
  double seconds = 0;
};

std::vector<Stage> stages_of(const Estimate& estimate) {
  std::vector<Stage> stages(kKernelClassCount);
  for (std::size_t i = 0; i < estimate.view.kernels.size(); ++i) {
    const KernelView& kernel = estimate.view.kernels[i];
    Stage& stage = stages[static_cast<std::size_t>(kernel.kind)];
    stage.kind = kernel.kind;
    ++stage.kernels;
    add(kernel.count, stage.count);
    stage.seconds += estimate.prediction.kernels[i].seconds;
  }
  std::erase_if(stages, [](const Stage& stage) { return stage.kernels == 0; });
  std::ranges::stable_sort(stages, std::greater{}, &Stage::seconds);
  return stages;
}

double share_of(double seconds, const Estimate& estimate) {
  return seconds / std::max(estimate.prediction.seconds, 1e-12);
}

}  // namespace

figure::Table totals_table(const std::vector<EstimatedCase>& cases) {
  figure::Table table{.id = "estimate",
                      .title = "Estimate",
                      .columns = {{"hardware", "", ""},
                                  {"batch", "", ""},
                                  {"low", "at least", "ns"},
                                  {"high", "at most", "ns"},
                                  {"likely", "", "ns"},
                                  {"rate_low", "items, at least", "1/s"},
                                  {"rate_high", "at most", "1/s"},
                                  {"memory", "memory held", ""},
                                  {"energy", "energy", "J"},
                                  {"bound", "mostly", ""}},
                      .rows = {},
                      .notes = {}};
  for (const EstimatedCase& one : cases) {
    const oracle::Prediction& prediction = one.estimate.prediction;
    const auto batch = static_cast<double>(one.batch);
    table.rows.push_back(
        {Cell(codec::Scalar(one.hardware)), Cell(codec::Scalar(one.batch)),
         Cell(estimated(prediction.interval.low * 1e9, kEnd)),
         Cell(estimated(prediction.interval.high * 1e9, kEnd)), Cell(one.estimate.latency()),
         Cell(estimated(batch / prediction.interval.high, kEnd)),
         Cell(estimated(batch / prediction.interval.low, kEnd)),
         Cell(codec::Scalar(bytes_text(prediction.memory_bytes))), Cell(prediction.energy.sum),
         Cell(codec::Scalar(bound_of(one.estimate)))});
  }
  return table;
}

figure::Table stages_table(const Estimate& estimate) {
  figure::Table table{.id = "stages",
                      .title = "By class of kernel",
                      .columns = {{"class", "", ""},
                                  {"kernels", "", ""},
                                  {"flops", "", "FLOP"},
                                  {"bytes", "", ""},
                                  {"time", "", "ns"},
                                  {"share", "of the time", ""}},
                      .rows = {},
                      .notes = {}};
  for (const Stage& stage : stages_of(estimate)) {
    table.rows.push_back(
        {Cell(codec::Scalar(std::string(to_text(stage.kind)))), Cell(codec::Scalar(stage.kernels)),
         Cell(estimated(stage.count.flops, kCounted)),
         Cell(codec::Scalar(bytes_text(stage.count.bytes()))),
         Cell(estimated(stage.seconds * 1e9, kModel)),
         Cell(codec::Scalar(format("{:.1f} %", 100 * share_of(stage.seconds, estimate))))});
  }
  return table;
}

figure::Table kernels_table(const Estimate& estimate) {
  figure::Table table{.id = "kernels",
                      .title = "Kernel by kernel",
                      .columns = {{"kernel", "", ""},
                                  {"op", "", ""},
                                  {"flops", "", "FLOP"},
                                  {"bytes", "", ""},
                                  {"intensity", "", "FLOP/B"},
                                  {"width", "", ""},
                                  {"time", "", "ns"},
                                  {"share", "of the time", ""},
                                  {"bound", "bound by", ""}},
                      .rows = {},
                      .notes = {}};
  for (std::size_t i = 0; i < estimate.view.kernels.size(); ++i) {
    const KernelView& kernel = estimate.view.kernels[i];
    const KernelPrediction& predicted = estimate.prediction.kernels[i];
    table.rows.push_back(
        {Cell(codec::Scalar(kernel.name.empty() ? format("#{}", i) : kernel.name)),
         Cell(codec::Scalar(kernel.op)), Cell(estimated(kernel.count.flops, kCounted)),
         Cell(codec::Scalar(bytes_text(kernel.count.bytes()))),
         Cell(estimated(kernel.count.intensity(), kCounted)),
         Cell(estimated(kernel.count.width, kCounted)),
         Cell(estimated(predicted.seconds * 1e9, kModel)),
         Cell(codec::Scalar(format("{:.1f} %", 100 * share_of(predicted.seconds, estimate)))),
         Cell(codec::Scalar(oracle::regime_of(predicted, estimate.machine)))});
  }
  for (const oracle::UnsupportedKernel& missing : estimate.view.unsupported) {
    table.notes.push_back(
        format("{} {}: unsupported, {}", missing.op, missing.name, missing.reason));
  }
  return table;
}

std::vector<std::string> compare_machines(const std::vector<EstimatedCase>& cases) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    for (std::size_t j = i + 1; j < cases.size(); ++j) {
      if (cases[i].batch != cases[j].batch) continue;
      const EstimatedCase* faster = &cases[i];
      const EstimatedCase* slower = &cases[j];
      if (slower->estimate.prediction.interval.high < faster->estimate.prediction.interval.low) {
        std::swap(faster, slower);
      }
      const bool is_decided =
          faster->estimate.prediction.interval.high < slower->estimate.prediction.interval.low;
      lines.push_back(is_decided ? format("batch {}: {} is faster than {}", cases[i].batch,
                                          describe(*faster), describe(*slower))
                                 : format("batch {}: undecided between {} and {}: the ranges "
                                          "overlap",
                                          cases[i].batch, describe(*faster), describe(*slower)));
    }
  }
  return lines;
}

}  // namespace assay::cli
