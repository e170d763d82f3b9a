// SPDX-License-Identifier: MIT
#include "oracle/model/machine.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/model/call_fit.h"
#include "oracle/model/coefficients.h"
#include "oracle/model/mapper.h"

namespace assay::oracle {
namespace {

/// Half the width of an interval of a normal distribution in standard deviations.
constexpr double kHalfOf95 = 1.96;
constexpr double kHalfOf80 = 1.2816;
constexpr double kMeasuredWithoutInterval = 0.05;
/// ln 2 over the half-width of 80 %.
constexpr double kAssumedWithoutRange = 0.54;

constexpr std::array<std::string_view, 4> kKinds{"cpu", "gpu", "tpu", "kpu"};

/// Numbers of a profile that predictions can do without: taken as they are, or said to be missing.
class OptionalNumbers {
 public:
  OptionalNumbers(const HardwareProfile& profile, std::vector<std::string>& left_out)
      : profile_(profile), left_out_(left_out) {}

  std::optional<Uncertain> find(std::string_view name) const {
    for (const HardwareNumber& number : profile_.numbers) {
      if (number.name == name) return uncertain(number.quantity);
    }
    return std::nullopt;
  }
  /// `consequence` says what follows from its absence.
  Uncertain get(std::string_view name, const Uncertain& otherwise,
                std::string_view consequence) const {
    if (const auto found = find(name)) return *found;
    left_out_.push_back(format("{} is not in the profile: {}", name, consequence));
    return otherwise;
  }

 private:
  const HardwareProfile& profile_;
  std::vector<std::string>& left_out_;
};

Uncertain in_seconds(Uncertain nanoseconds) {
  nanoseconds.value *= 1e-9;
  return nanoseconds;
}

/// One after the other; how far the sum may be off is by the larger of both.
Uncertain sum_of(const Uncertain& left, const Uncertain& right) {
  return {.value = left.value + right.value,
          .spread = std::max(left.spread, right.spread),
          .provenance = std::max(left.provenance, right.provenance)};
}

int threads_of(const HardwareProfile& profile, const MachineOptions& options) {
  if (options.threads > 0 || profile.kind != "cpu") return options.threads;
  int most = kWholeDevice;
  for (const ComputePeak& peak : profile.peaks)
    most = std::max(most, peak.threads);
  return most;
}

Geometry geometry_of(const HardwareProfile& profile, const ComputePeak& peak, int threads,
                     const OptionalNumbers& numbers) {
  Geometry geometry;
  const bool is_cpu = profile.kind == "cpu";
  if (is_cpu && threads > 0) {
    geometry.units = threads;
  } else {
    geometry.units =
        numbers.get("compute_units", {.value = 1}, "waves of tiles are not considered").value;
  }
  if (!is_cpu) {
    if (profile.kind == "gpu") return geometry;
    geometry.rows = numbers.get("array_rows", {}, "arrays are taken to be full").value;
    geometry.columns = numbers.get("array_columns", {}, "arrays are taken to be full").value;
    geometry.lanes = std::max(1.0, geometry.columns);
    if (geometry.columns <= 0) geometry.rows = 0;
    return geometry;
  }
  // Register tiles as our kernels and the libraries have them.
  if (peak.isa.starts_with("avx512")) {
    geometry = {.units = geometry.units, .rows = 14, .columns = 32, .lanes = 16};
  } else if (peak.isa.starts_with("avx2")) {
    geometry = {.units = geometry.units, .rows = 6, .columns = 16, .lanes = 8};
  } else {
    geometry = {.units = geometry.units, .rows = 4, .columns = 8, .lanes = 4};
  }
  return geometry;
}

/// What one thread has of a memory of its own, so many times.
TierRate times(TierRate rate, double count) {
  for (std::optional<Quantity>* one : {&rate.read, &rate.write, &rate.copy}) {
    if (!*one) continue;
    (*one)->value *= count;
    if ((*one)->interval) {
      (*one)->interval = Interval{(*one)->interval->low * count, (*one)->interval->high * count};
    }
  }
  return rate;
}

Result<MachineTier> tier_of(const MemoryTier& tier, const HardwareProfile& profile, int threads,
                            const Geometry& geometry) {
  const double copies =
      tier.shared_by > 0 ? std::max(1.0, std::ceil(geometry.units / tier.shared_by)) : 1;
  const TierRate* found = rate_of(tier, threads);
  const TierRate* of_one = tier.shared_by > 0 ? rate_of(tier, 1) : nullptr;
  if (found == nullptr && of_one == nullptr) {
    return Error::user("{}: memory {} has no rate on {} threads; `assay probe` measures it",
                       profile.file, tier.name, threads);
  }
  const TierRate rate = found != nullptr ? *found : times(*of_one, copies);
  if (!rate.read && !rate.copy) {
    return Error::user("{}: memory {} has no rate of reading", profile.file, tier.name);
  }
  const Uncertain read = uncertain(rate.read ? *rate.read : *rate.copy);
  return MachineTier{.name = tier.name,
                     .capacity = tier.capacity.value * copies,
                     .read = read,
                     .write = rate.write ? uncertain(*rate.write) : read};
}

Result<std::vector<MachineTier>> tiers_of(const HardwareProfile& profile, int threads,
                                          const Geometry& geometry,
                                          const OptionalNumbers& numbers) {
  if (profile.memory.empty()) {
    return Error::user("{} has no memory: nothing can be predicted", profile.file);
  }
  const auto reached = numbers.find("memory_efficiency");
  std::vector<MachineTier> tiers;
  for (std::size_t i = 0; i < profile.memory.size(); ++i) {
    const bool is_main = i + 1 == profile.memory.size();
    if (!is_main && static_cast<int>(tiers.size()) + 1 >= kTiersMax) continue;
    auto tier = tier_of(profile.memory[i], profile, threads, geometry);
    if (!tier) {
      if (is_main) return tier.error();
      continue;  // A cache nobody knows the rate of is as if it were not there.
    }
    if (is_main && reached) {  // A peak of a datasheet, of which kernels reach a share.
      for (Uncertain* rate : {&tier->read, &tier->write}) {
        rate->value *= reached->value;
        rate->spread = std::hypot(rate->spread, reached->spread);
        rate->provenance = std::max(rate->provenance, reached->provenance);
      }
    }
    tiers.push_back(std::move(*tier));
  }
  return tiers;
}

Feeding cpu_feeding(const HardwareProfile& profile, int threads,
                    std::vector<std::string>& left_out) {
  const auto find = [&](std::string_view name) -> Uncertain {
    const Overhead* best = nullptr;
    for (const Overhead& overhead : profile.overheads) {
      if (overhead.name != name || overhead.threads > std::max(1, threads)) continue;
      if (best == nullptr || overhead.threads > best->threads) best = &overhead;
    }
    if (best != nullptr) return in_seconds(uncertain(best->time));
    left_out.push_back(format("the profile has no overhead {}: it is taken to be nothing", name));
    return {};
  };
  Feeding feeding;
  feeding.kernel = find("dispatch");
  if (threads > 1) feeding.kernel = sum_of(feeding.kernel, find("barrier"));
  return feeding;
}

Feeding device_feeding(backend::CompileMode mode, const OptionalNumbers& numbers) {
  const auto time = [&](std::string_view name, std::string_view otherwise = "") {
    if (const auto found = numbers.find(name)) return in_seconds(*found);
    if (!otherwise.empty()) {
      if (const auto found = numbers.find(otherwise)) return in_seconds(*found);
    }
    return in_seconds(numbers.get(name, {}, "it is taken to be nothing"));
  };
  Feeding feeding;
  feeding.finish = time("synchronise_ns").value + time("submission_ns").value;
  const bool is_replayed =
      mode == backend::CompileMode::kReduceOverhead || mode == backend::CompileMode::kMaxAutotune;
  if (is_replayed) {
    feeding.kernel = time("graph_node_ns", "kernel_ns");
    feeding.replay = time("replay_ns", "launch_ns");
  } else {
    feeding.kernel = time("kernel_ns");
    feeding.call =
        time(mode == backend::CompileMode::kNone ? "dispatch_ns" : "launch_ns", "launch_ns");
  }
  return feeding;
}

std::optional<KernelClass> class_of_curve(std::string_view kernel) {
  if (kernel == "gemm") return KernelClass::kProduct;
  if (kernel == "attention") return KernelClass::kAttention;
  if (kernel == "norm") return KernelClass::kNorm;
  if (kernel == "copy") return KernelClass::kMove;
  if (kernel == "elementwise") return KernelClass::kElementwise;
  return std::nullopt;
}

/// None where an axis is one that views do not have.
std::optional<std::vector<Axis>> axes_of(const EfficiencyCurve& curve) {
  std::vector<Axis> axes;
  for (const std::string& name : curve.axes) {
    int axis = 0;
    while (axis < kAxisCount && to_text(static_cast<Axis>(axis)) != name)
      ++axis;
    if (axis == kAxisCount) return std::nullopt;
    axes.push_back(static_cast<Axis>(axis));
  }
  if (axes.empty() || axes.size() > 4) return std::nullopt;
  return axes;
}

/// The kernel that a point was measured on, as far as its shape goes.
KernelView kernel_at(KernelClass kind, const std::vector<Axis>& axes, const EfficiencyPoint& point,
                     tensor::DType multiplied) {
  KernelView kernel;
  kernel.kind = kind;
  kernel.multiplied = multiplied;
  const auto at = [&](Axis axis) -> double& {
    return kernel.extents[static_cast<std::size_t>(axis)];
  };
  for (std::size_t i = 0; i < axes.size(); ++i)
    at(axes[i]) = static_cast<double>(point.at[i]);
  if (kind == KernelClass::kAttention) {
    at(Axis::kM) = at(Axis::kQueries);
    at(Axis::kN) = at(Axis::kKeys);
    at(Axis::kK) = at(Axis::kHeadWidth);
    if (at(Axis::kHeads) == 0) at(Axis::kHeads) = 1;
  }
  kernel.count.products = 1;  // Any: it is a product.
  return kernel;
}

/// What is left of a measured share once the shape's fit is taken out, which is calculated again
/// for the shape that is predicted.
ShapeCurve curve_from(const EfficiencyCurve& curve, KernelClass kind, const std::vector<Axis>& axes,
                      const Machine& machine) {
  ShapeCurve result{.axes = axes, .points = {}, .is_of_compute = curve.of == "compute"};
  for (const EfficiencyPoint& point : curve.points) {
    ShapeCurve::Point one{.at = {}, .share = point.share.value};
    for (std::size_t i = 0; i < axes.size(); ++i) {
      one.at[i] = std::log2(std::max<double>(1, static_cast<double>(point.at[i])));
    }
    if (result.is_of_compute) {
      const KernelView kernel = kernel_at(kind, axes, point, machine.multiplied);
      one.share /= std::max(0.05, map_kernel(kernel, machine.kind, machine.geometry).utilisation);
    }
    result.spread = std::max(result.spread, uncertain(point.share).spread);
    result.points.push_back(one);
  }
  return result;
}

void set_curves(const HardwareProfile& profile, Machine& machine) {
  std::array<int, kKernelClassCount> threads{};
  for (const EfficiencyCurve& curve : profile.curves) {
    const auto kind = class_of_curve(curve.kernel);
    const auto axes = axes_of(curve);
    if (curve.dtype != tensor::to_text(machine.multiplied)) continue;
    if (!kind || !axes || curve.points.empty()) {
      const std::string line =
          format("the efficiency curve of {}: no class of kernels is judged by it", curve.kernel);
      const bool is_said = std::ranges::find(machine.left_out, line) != machine.left_out.end();
      if (!is_said) machine.left_out.push_back(line);
      continue;
    }
    const auto index = static_cast<std::size_t>(*kind);
    const bool is_nearer =
        std::abs(curve.threads - machine.threads) < std::abs(threads[index] - machine.threads);
    if (machine.curves[index] && !is_nearer) continue;
    threads[index] = curve.threads;
    machine.curves[index] = curve_from(curve, *kind, *axes, machine);
  }
  auto& convolution = machine.curves[static_cast<std::size_t>(KernelClass::kConvolution)];
  const auto& product = machine.curves[static_cast<std::size_t>(KernelClass::kProduct)];
  if (!convolution && product) convolution = product;
}

Joules joules_of(const HardwareProfile& profile, const Machine& machine,
                 const OptionalNumbers& numbers) {
  Joules joules;
  const auto find = [&](const std::string& name) -> std::optional<Uncertain> {
    for (const EnergyPart& part : profile.energy) {
      if (part.name == name) return uncertain(part.joules);
    }
    return std::nullopt;
  };
  joules.flop = find(format("flop/{}", tensor::to_text(machine.multiplied)));
  for (std::size_t i = 0; i < machine.tiers.size(); ++i) {
    joules.byte[i] = find("byte/" + machine.tiers[i].name);
  }
  joules.idle_watts = numbers.find("idle_watts");
  return joules;
}

}  // namespace

std::string_view to_text(MachineKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

Uncertain uncertain(const Quantity& quantity) {
  Uncertain result{.value = quantity.value, .spread = 0, .provenance = quantity.provenance};
  const bool is_measured = quantity.provenance == Provenance::kMeasured;
  if (quantity.interval && quantity.interval->low > 0) {
    const double width = std::log(quantity.interval->high / quantity.interval->low);
    result.spread = width / (2 * (is_measured ? kHalfOf95 : kHalfOf80));
  } else if (is_measured) {
    result.spread = kMeasuredWithoutInterval;
  } else if (quantity.provenance == Provenance::kAssumed) {
    result.spread = kAssumedWithoutRange;
  }
  return result;
}

double share_at(const ShapeCurve& curve, const KernelView& kernel) {
  std::array<double, 4> at{};
  for (std::size_t i = 0; i < curve.axes.size(); ++i) {
    at[i] = std::log2(std::max(1.0, kernel.extent(curve.axes[i])));
  }
  constexpr double kNothing = 1e-6;
  double weights = 0;
  double logs = 0;
  for (const ShapeCurve::Point& point : curve.points) {
    double distance = kNothing;
    for (std::size_t i = 0; i < curve.axes.size(); ++i) {
      distance += (at[i] - point.at[i]) * (at[i] - point.at[i]);
    }
    const double weight = 1 / (distance * distance);
    weights += weight;
    logs += weight * point.share;
  }
  return weights > 0 ? logs / weights : 1;
}

Result<Machine> machine_from(const HardwareProfile& profile, const MachineOptions& options) {
  Machine machine;
  machine.name = profile.name;
  machine.description = profile.summary();
  const auto kind = std::ranges::find(kKinds, profile.kind);
  if (kind == kKinds.end()) {
    return Error::user("{}: nothing is known of how a {} works; known: cpu, gpu, tpu, kpu",
                       profile.file, profile.kind);
  }
  machine.kind = static_cast<MachineKind>(kind - kKinds.begin());
  machine.threads = threads_of(profile, options);
  machine.multiplied = options.multiplied;
  const OptionalNumbers numbers(profile, machine.left_out);
  ASSAY_TRY(const ComputePeak* peak,
            profile.best_peak(tensor::to_text(options.multiplied), machine.threads));
  ASSAY_TRY(const ComputePeak* plain, profile.best_peak("f32", machine.threads));
  machine.products = uncertain(peak->flops_per_second);
  machine.vector = uncertain(plain->flops_per_second);
  machine.geometry = geometry_of(profile, *peak, machine.threads, numbers);
  ASSAY_TRY(machine.tiers, tiers_of(profile, machine.threads, machine.geometry, numbers));
  if (machine.kind != MachineKind::kCpu && profile.memory.size() > 1) {
    machine.geometry.scratchpad_bytes = profile.memory.front().capacity.value;
  }
  machine.memory_bytes = profile.memory.back().capacity.value;
  set_curves(profile, machine);
  const bool has_curve = machine.curves[0].has_value();
  if (!has_curve) {
    machine.efficiency = numbers.get("product_efficiency", {.value = 0.7, .spread = 0.25},
                                     "products are taken to reach 70 % of the peak");
  } else {
    machine.efficiency = {
        .value = 1, .spread = machine.curves[0]->spread, .provenance = Provenance::kMeasured};
  }
  machine.feeding = machine.kind == MachineKind::kCpu
                        ? cpu_feeding(profile, machine.threads, machine.left_out)
                        : device_feeding(options.mode, numbers);
  machine.joules = joules_of(profile, machine, numbers);
  const auto& fit = profile.calibration;
  if (fit && fit->model != kModelName && fit->model != kCallModel) {
    machine.left_out.push_back(
        format("the profile's calibration: it is of the model {}, which is "
               "not one of ours",
               fit->model));
  }
  return machine;
}

}  // namespace assay::oracle
