// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "cli/commands.h"
#include "cli/estimate_tables.h"
#include "cli/print.h"
#include "cli/simulated_devices.h"
#include "core/clock.h"
#include "core/codec/file.h"
#include "core/statistics/order_statistics.h"
#include "engine/graph/storage.h"
#include "engine/models/huggingface.h"
#include "engine/models/model_list.h"
#include "lab/figure/table_text.h"
#include "lab/workload/model_check.h"
#include "lab/workload/model_inputs.h"
#include "oracle/hardware/profile_folder.h"
#include "oracle/model/explanation.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

constexpr Bytes kConfigSizeMax{std::int64_t{1} << 20};

/// A checkpoint's graph needs its config.json only: no weight is read.
Result<graph::Graph> graph_of(const std::string& model) {
  const fs::path config = fs::path(model) / "config.json";
  std::error_code error;
  if (!fs::is_regular_file(config, error)) {
    if (fs::is_directory(model, error)) {
      return Error::user("{} is a folder without config.json: expected a Hugging Face checkpoint",
                         model);
    }
    return models::build_model(model);
  }
  ASSAY_TRY(const std::string text, codec::read_file(config, kConfigSizeMax));
  ASSAY_TRY(const auto described, models::parse_huggingface_config(text, config.string()));
  return models::build(described.config);
}

Result<oracle::EstimateOptions> options_of(const EstimateArguments& arguments) {
  oracle::EstimateOptions options;
  options.threads = arguments.threads;
  ASSAY_TRY(options.mode, backend::parse_compile_mode(arguments.compile));
  const auto precision = tensor::parse_dtype(arguments.precision);
  ASSAY_CHECK(precision.has_value(), "the command line knows the precisions");
  options.precision = *precision;
  options.assumptions.past = arguments.past;
  return options;
}

workload::ModelSizes sizes_of(const EstimateArguments& arguments, std::int64_t batch) {
  return {.batch = batch, .sequence = arguments.sequence, .past = arguments.past};
}

void print_table(const figure::Table& table, const std::string& format) {
  print(format == "csv" ? figure::to_csv(table) : figure::to_markdown(table));
  print_line("");
}

/// "vit_b16, batch 1, f32: 35.1 GFLOP, ..." of the first case: counts do not depend on hardware.
std::string headline(const EstimateArguments& arguments, const EstimatedCase& one) {
  const oracle::PlanView& view = one.estimate.view;
  const auto bytes = [](double count) {
    return to_text(Bytes(static_cast<std::int64_t>(std::llround(count))));
  };
  return format("{}, batch {}, {}, {}: {:.4g} GFLOP, {} of weights, {} between, {} kernels",
                arguments.model, one.batch, arguments.precision, to_text(view.mode),
                view.sum.flops * 1e-9, bytes(view.weight_bytes), bytes(view.arena_bytes),
                view.kernels.size());
}

constexpr int kRunsBefore = 3;
constexpr int kRunsMin = 15;
constexpr int kRunsMax = 400;
constexpr Nanoseconds kMeasuringTime = 2s;

/// Nanoseconds of a run here, of one process: enough to see how far off a prediction is, too little
/// to publish.
Result<Value> measure(const EstimateArguments& arguments, const graph::Graph& graph,
                      const EstimatedCase& one, const Context& context) {
  const workload::ModelSizes sizes = sizes_of(arguments, one.batch);
  ASSAY_TRY(const oracle::EstimateOptions options, options_of(arguments));
  ASSAY_TRY(const graph::Graph stored,
            graph::with_weight_storage(graph, {.dtype = options.precision}));
  ASSAY_TRY(const graph::Bindings bindings, workload::bindings_of(graph, sizes));
  ASSAY_TRY(const graph::NodeTypes types, infer_types(graph, bindings));
  ASSAY_TRY(graph::Weights weights, graph::seeded_weights(stored, workload::kModelSeed));
  ASSAY_TRY(const auto device, context.registries.devices->open("cpu"));
  ASSAY_TRY(const auto model,
            device->load(stored, weights,
                         {.mode = options.mode, .threads = one.estimate.machine.threads}));
  weights = graph::Weights();
  ASSAY_TRY(const auto executable, model->prepare(bindings));
  ASSAY_TRY(workload::ModelArguments values, workload::make_arguments(graph, types, sizes, 1));
  for (int i = 0; i < kRunsBefore; ++i) {
    ASSAY_TRY_VOID(workload::run_once(*executable, values));
  }
  std::vector<double> samples;
  const Nanoseconds begin = SteadyClock::read();
  while (std::ssize(samples) < kRunsMax &&
         (std::ssize(samples) < kRunsMin || SteadyClock::read() - begin < kMeasuringTime)) {
    const Nanoseconds start = SteadyClock::read();
    ASSAY_TRY_VOID(workload::run_once(*executable, values));
    samples.push_back(static_cast<double>((SteadyClock::read() - start).count()));
  }
  return Value::of(State::kUndecided, statistics::median(samples), "one process",
                   statistics::median_interval(samples, 0.95));
}

/// What was measured, and whether the prediction's interval holds it.
Result<std::string> comparison(const EstimateArguments& arguments, const graph::Graph& graph,
                               const EstimatedCase& one, const Context& context) {
  ASSAY_TRY(const Value measured, measure(arguments, graph, one, context));
  const oracle::Prediction& prediction = one.estimate.prediction;
  const double seconds = measured.number() * 1e-9;
  const bool is_covered = prediction.interval.low <= seconds && seconds <= prediction.interval.high;
  return format(
      "measured here, batch {}: {} (median of one process); predicted {:.1f} % {}; {} the "
      "interval {} to {}",
      one.batch, to_text(Seconds(seconds)), std::abs(prediction.seconds / seconds - 1) * 100,
      prediction.seconds > seconds ? "more" : "less", is_covered ? "within" : "outside",
      to_text(Seconds(prediction.interval.low)), to_text(Seconds(prediction.interval.high)));
}

Result<std::vector<EstimatedCase>> estimate_all(const EstimateArguments& arguments,
                                                const graph::Graph& graph) {
  ASSAY_TRY(const oracle::EstimateOptions options, options_of(arguments));
  std::vector<EstimatedCase> cases;
  for (const std::string& hardware : arguments.hardware) {
    ASSAY_TRY(oracle::HardwareProfile profile,
              oracle::read_hardware_profile(hardware, hardware_root()));
    ASSAY_TRY(const oracle::Estimator estimator, oracle::Estimator::create(std::move(profile)));
    for (const std::int64_t batch : arguments.batches) {
      ASSAY_TRY(const graph::Bindings bindings,
                workload::bindings_of(graph, sizes_of(arguments, batch)));
      ASSAY_TRY(oracle::Estimate estimate, estimator.estimate(graph, bindings, options)
                                               .context("for {} on {}", arguments.model, hardware));
      cases.push_back({estimator.profile().name, batch, std::move(estimate)});
    }
  }
  return cases;
}

/// The parts of one case: why it is what it is.
void print_case(const EstimateArguments& arguments, const EstimatedCase& one) {
  print_line(format("{}, batch {}", one.estimate.machine.description, one.batch));
  const oracle::Estimate& estimate = one.estimate;
  for (const std::string& line : oracle::explain(estimate)) {
    print_line("  " + line);
  }
  print_line("");
  print_table(stages_table(estimate), arguments.format);
  if (arguments.shows_kernels) print_table(kernels_table(estimate), arguments.format);
}

}  // namespace

Result<int> estimate_command(const EstimateArguments& arguments, const Context& context) {
  ASSAY_TRY(const graph::Graph graph, graph_of(arguments.model));
  ASSAY_TRY(const std::vector<EstimatedCase> cases, estimate_all(arguments, graph));
  if (arguments.compares_measured) {
    const auto is_cpu = [](const EstimatedCase& one) {
      return one.estimate.machine.kind == oracle::MachineKind::kCpu;
    };
    if (!std::ranges::all_of(cases, is_cpu)) {
      return Error::user(
          "--compare-measured runs the model here, on the CPU: give --hardware the "
          "profile of this machine alone");
    }
  }
  print_line(headline(arguments, cases.front()));
  print_line("");
  print_table(totals_table(cases), arguments.format);
  for (const EstimatedCase& one : cases)
    print_case(arguments, one);
  for (const std::string& line : compare_machines(cases))
    print_line(line);
  if (!arguments.compares_measured) return 0;
  for (const EstimatedCase& one : cases) {
    ASSAY_TRY(const std::string line, comparison(arguments, graph, one, context));
    print_line(line);
  }
  return 0;
}

}  // namespace assay::cli
