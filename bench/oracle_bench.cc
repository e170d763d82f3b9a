// SPDX-License-Identifier: MIT
// What an estimate takes: ViT-B/16 at batch 1 from its name to a latency with its interval, in
// parts, and a sweep of configurations (models x batches on machines x compile modes), where a view
// of a plan is made once for a model and its sizes and judged on every machine. Limits (issue 5):
// 1 ms for ViT-B/16 once its graph is there, 5 s for 10,000 configurations. The floor beside them
// is what reading every counted number of the views once costs.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/format.h"
#include "core/hash.h"
#include "core/statistics/order_statistics.h"
#include "engine/models/model_list.h"
#include "oracle/model/estimator.h"
#include "oracle/model/invented_profile.h"

namespace assay {
namespace {

using backend::CompileMode;
using oracle::Estimator;
using oracle::PlanView;

template <class T>
T value_of(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "oracle_bench: %s\n", result.error().to_string().c_str());
  std::exit(exit_code(result.error()));
}

/// Milliseconds of the median of so many calls.
template <class Call>
double milliseconds(int calls, const Call& call) {
  std::vector<double> times;
  for (int i = 0; i < calls; ++i) {
    const Nanoseconds begin = SteadyClock::read();
    call();
    times.push_back(Seconds(SteadyClock::read() - begin).count() * 1e3);
  }
  return statistics::median(times);
}

void time_vit(int calls) {
  const graph::Graph graph = value_of(models::build_model("vit_b16"));
  const Estimator estimator = value_of(Estimator::create(oracle::invented_cpu()));
  const PlanView view = value_of(oracle::view_plan(graph, {{"batch", 1}}, {}));
  const oracle::Machine machine = value_of(oracle::machine_from(oracle::invented_cpu(), {}));
  std::printf("vit_b16, batch 1 (limit 1 ms)\n");
  std::printf("  graph by its name      %8.3f ms\n",
              milliseconds(calls, [] { value_of(models::build_model("vit_b16")); }));
  std::printf("  estimate of the graph  %8.3f ms\n", milliseconds(calls, [&] {
                value_of(estimator.estimate(graph, {{"batch", 1}}, {}));
              }));
  std::printf("    of that the view     %8.3f ms\n", milliseconds(calls, [&] {
                value_of(oracle::view_plan(graph, {{"batch", 1}}, {}));
              }));
  std::printf("    and the prediction   %8.3f ms\n",
              milliseconds(calls, [&] { oracle::predict(view, machine, {}); }));
}

std::vector<PlanView> views_of(const std::vector<std::string>& names, std::int64_t batches) {
  std::vector<PlanView> views;
  for (const std::string& name : names) {
    const graph::Graph graph = value_of(models::build_model(name));
    for (std::int64_t batch = 1; batch <= batches; ++batch) {
      views.push_back(value_of(oracle::view_plan(graph, {{"batch", batch}}, {})));
    }
  }
  return views;
}

/// Machines that differ in one number each.
std::vector<oracle::Machine> machines_of(int count) {
  std::vector<oracle::Machine> machines;
  for (int i = 0; i < count; ++i) {
    machines.push_back(value_of(i % 2 == 0 ? oracle::machine_from(oracle::invented_cpu(), {})
                                           : oracle::machine_from(oracle::invented_gpu(), {})));
    machines.back().products.value *= 1 + 0.01 * i;
  }
  return machines;
}

std::string sweep(bool is_small) {
  const std::vector<std::string> names =
      is_small ? std::vector<std::string>{"mlp64-64-8", "vit32x1x64@64"}
               : std::vector<std::string>{"vit_b16", "vit32x6x384", "resnet18", "resnet50",
                                          "mlp512-512-128"};
  const Nanoseconds begin = SteadyClock::read();
  const std::vector<PlanView> views = views_of(names, is_small ? 2 : 20);
  const Nanoseconds viewed = SteadyClock::read();
  const std::vector<oracle::Machine> machines = machines_of(is_small ? 4 : 100);
  std::string counted;
  double seconds = 0;
  for (const PlanView& view : views) {
    for (const oracle::Machine& machine : machines) {
      const oracle::Prediction prediction = oracle::predict(view, machine, {});
      seconds += prediction.seconds;
    }
    counted += format("{} kernels, {:.0f} flops, {:.0f} bytes; ", view.kernels.size(),
                      view.sum.flops, view.sum.bytes());
  }
  const Nanoseconds predicted = SteadyClock::read();
  double floor = 0;
  for (const PlanView& view : views) {
    for (const oracle::KernelView& kernel : view.kernels)
      floor += kernel.count.bytes();
  }
  const Nanoseconds read = SteadyClock::read();
  const std::size_t count = views.size() * machines.size();
  std::printf("%zu configurations (limit 5 s for 10,000): %.3f s, of which %zu views %.3f s\n",
              count, Seconds(predicted - begin).count(), views.size(),
              Seconds(viewed - begin).count());
  std::printf("  a prediction %.1f us; floor, reading the views' numbers: %.3f us a view (%.3g)\n",
              Seconds(predicted - viewed).count() * 1e6 / static_cast<double>(count),
              Seconds(read - predicted).count() * 1e6 / static_cast<double>(views.size()), floor);
  return counted + format("{:.3g} s", seconds);
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  const bool is_small = argc > 1 && std::string_view(argv[1]) == "--small";
  assay::time_vit(is_small ? 3 : 200);
  const std::string result = assay::sweep(is_small);
  std::printf("checksum %s\n", assay::to_hex(assay::hash_bytes(result)).c_str());
  return 0;
}
