// SPDX-License-Identifier: MIT
#include "cli/simulated_devices.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/codec/file.h"
#include "engine/backends/cpu/cpu_device.h"
#include "oracle/count/op_count.h"
#include "oracle/hardware/profile_folder.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

constexpr Bytes kProfileSizeMax{std::int64_t{1} << 19};

/// Takes the numbers of a profile one by one; the first that is missing is the error.
class NumberReader {
 public:
  explicit NumberReader(const oracle::HardwareProfile& profile) : profile_(profile) {}

  double number(std::string_view name) { return or_zero(profile_.value(name)); }
  /// Of the whole device.
  double peak(std::string_view dtype) {
    const auto peak = profile_.best_peak(dtype, oracle::kWholeDevice);
    if (peak) return (*peak)->flops_per_second.value;
    return or_zero(peak.error());
  }
  double memory_rate() {
    const auto memory = profile_.main_memory();
    if (!memory) return or_zero(memory.error());
    const oracle::TierRate* rate = rate_of(**memory, oracle::kWholeDevice);
    if (rate != nullptr && rate->read) return rate->read->value;
    return or_zero(Error::user("{} has no rate of its {}", profile_.file, (*memory)->name));
  }
  Bytes memory_size() {
    const auto memory = profile_.main_memory();
    if (!memory) return Bytes(static_cast<std::int64_t>(or_zero(memory.error())));
    return Bytes(static_cast<std::int64_t>((*memory)->capacity.value));
  }
  Nanoseconds time(std::string_view name) {
    return Nanoseconds(static_cast<std::int64_t>(std::llround(number(name))));
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  double or_zero(const Result<double>& value) {
    if (value) return *value;
    if (!error_) error_ = value.error();
    return 0;
  }

  const oracle::HardwareProfile& profile_;
  std::optional<Error> error_;
};

sim::SimProfile take_numbers(NumberReader& from) {
  sim::SimProfile profile;
  profile.memory = from.memory_size();
  profile.queue_depth = static_cast<int>(from.number("queue_depth"));
  profile.submission = from.time("submission_ns");
  profile.feeding = {.dispatch = from.time("dispatch_ns"),
                     .launch = from.time("launch_ns"),
                     .replay = from.time("replay_ns"),
                     .copy = from.time("copy_call_ns"),
                     .event = from.time("event_ns"),
                     .synchronise = from.time("synchronise_ns")};
  profile.compute = {.f32_products_per_second = from.peak("f32"),
                     .f16_products_per_second = from.peak("f16"),
                     .i8_products_per_second = from.peak("i8"),
                     .product_efficiency = from.number("product_efficiency"),
                     .vector_flops_per_second = from.peak("f32"),
                     .memory_bytes_per_second = from.memory_rate(),
                     .memory_efficiency = from.number("memory_efficiency"),
                     .kernel = from.time("kernel_ns"),
                     .graph_node = from.time("graph_node_ns")};
  profile.copies = {.to_device_bytes_per_second = from.number("to_device_bytes_per_second"),
                    .from_device_bytes_per_second = from.number("from_device_bytes_per_second"),
                    .latency = from.time("copy_latency_ns")};
  profile.host = {.flops_per_second = from.number("host_flops_per_second"),
                  .memory_bytes_per_second = from.number("host_memory_bytes_per_second")};
  return profile;
}

}  // namespace

fs::path hardware_root() {
  if (const char* chosen = std::getenv("ASSAY_HARDWARE"); chosen != nullptr) return chosen;
  if (fs::is_directory("hardware")) return "hardware";
  return fs::path(ASSAY_SOURCE_ROOT) / "hardware";
}

/// Every command begins with this: texts are searched, not parsed (a profile takes a millisecond).
std::vector<std::string> simulated_names(const fs::path& root) {
  std::vector<std::string> names = oracle::hardware_names(root);
  std::erase_if(names, [&](const std::string& name) {
    const auto text = codec::read_file(oracle::profile_path(name, root), kProfileSizeMax);
    return !text || text->find("\n  queue_depth:") == std::string::npos;
  });
  return names;
}

Result<sim::SimProfile> read_sim_profile(const std::string& name, const fs::path& root) {
  if (name.empty()) {
    std::string all;
    for (const std::string& one : simulated_names(root)) {
      all += (all.empty() ? "sim:" : ", sim:") + one;
    }
    return Error::user("the backend sim needs a profile: {}", all);
  }
  ASSAY_TRY(const auto hardware, oracle::read_hardware_profile(name, root));
  NumberReader numbers(hardware);
  sim::SimProfile profile = take_numbers(numbers);
  if (numbers.error()) return *numbers.error();
  profile.name = name;
  profile.description = hardware.summary();
  return profile;
}

sim::CostModel counted_costs() {
  sim::CostModel model;
  model.lacks = [](const graph::Node& node) -> std::optional<std::string> {
    if (node.op->is_view) return std::nullopt;
    if (oracle::has_count_rule(node.op->name)) return std::nullopt;
    return format("nothing counts {}, so that its time cannot be simulated", node.op->name);
  };
  model.cost = [](const graph::Graph& graph, graph::NodeId node, const graph::NodeTypes& types,
                  std::int64_t past) {
    const oracle::OpCount count = oracle::count_op(graph, node, types, {.past = past}).count;
    return sim::NodeCost{.products = count.products, .flops = count.flops, .bytes = count.bytes()};
  };
  return model;
}

Result<std::unique_ptr<backend::Device>> open_simulated(const std::string& profile) {
  ASSAY_TRY(const sim::SimProfile numbers, read_sim_profile(profile, hardware_root()));
  return sim::make_sim_device(numbers, cpu::make_cpu_device(), counted_costs());
}

}  // namespace assay::cli
