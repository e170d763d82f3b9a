// SPDX-License-Identifier: MIT
#include "oracle/hardware/hardware_profile.h"

#include <algorithm>
#include <array>

#include "core/format.h"

namespace assay::oracle {
namespace {

constexpr std::array kNumbers{
    HardwareNumberDefinition{"compute_units", "Cores, SMs, arrays or tiles that work at once."},
    HardwareNumberDefinition{"clock_hz", "Of the compute units, sustained."},
    HardwareNumberDefinition{"warp_width", "Lanes that run one instruction together."},
    HardwareNumberDefinition{"warps_per_unit", "Warps that a unit holds at once."},
    HardwareNumberDefinition{"array_rows", "Of the multiply-adds of one systolic array or tile."},
    HardwareNumberDefinition{"array_columns", "The same."},
    HardwareNumberDefinition{"idle_watts", "Power of the device when it does nothing."},
    HardwareNumberDefinition{"full_watts", "Power that the device may draw for long."},
    HardwareNumberDefinition{"memory_efficiency", "Share of the peak that a kernel reaches."},
    HardwareNumberDefinition{"product_efficiency", "Share of the peak that a product reaches."},
    HardwareNumberDefinition{"kernel_ns", "On the device, of every kernel launched by itself."},
    HardwareNumberDefinition{"graph_node_ns", "On the device, of every kernel in a replayed plan."},
    HardwareNumberDefinition{"queue_depth", "Launches that wait for the device."},
    HardwareNumberDefinition{"dispatch_ns", "Host, of a kernel through a framework's eager mode."},
    HardwareNumberDefinition{"launch_ns", "Host, of a kernel of a prepared plan."},
    HardwareNumberDefinition{"replay_ns", "Host, of a whole captured plan."},
    HardwareNumberDefinition{"copy_call_ns", "Host, of a copy put on a stream."},
    HardwareNumberDefinition{"event_ns", "Host, of an event recorded or waited for."},
    HardwareNumberDefinition{"synchronise_ns", "From the end of work to whoever waits for it."},
    HardwareNumberDefinition{"submission_ns", "From the end of a call to the earliest start."},
    HardwareNumberDefinition{"to_device_bytes_per_second", "Copies from pinned memory."},
    HardwareNumberDefinition{"from_device_bytes_per_second", "Copies into pinned memory."},
    HardwareNumberDefinition{"copy_latency_ns", "Of every copy, before its bytes."},
    HardwareNumberDefinition{"host_flops_per_second", "Of one worker of the host."},
    HardwareNumberDefinition{"host_memory_bytes_per_second", "The same."}};

constexpr std::array<std::string_view, 9> kDtypes{"f64", "f32", "tf32", "f16", "bf16",
                                                  "f8",  "i16", "i8",   "i4"};
constexpr std::array<std::string_view, 4> kKinds{"cpu", "gpu", "tpu", "kpu"};

void name_rate(const MemoryTier& tier, const TierRate& rate,
               std::vector<HardwareProfile::Named>& into) {
  const auto add = [&](std::string_view direction, const std::optional<Quantity>& quantity) {
    if (!quantity) return;
    into.push_back(
        {format("memory.{}.{}.threads{}", tier.name, direction, rate.threads), &*quantity});
  };
  add("read", rate.read);
  add("write", rate.write);
  add("copy", rate.copy);
}

void name_memory(const MemoryTier& tier, std::vector<HardwareProfile::Named>& into) {
  into.push_back({format("memory.{}.capacity", tier.name), &tier.capacity});
  if (tier.latency) into.push_back({format("memory.{}.latency", tier.name), &*tier.latency});
  for (const TierRate& rate : tier.rates) {
    name_rate(tier, rate, into);
  }
}

void name_curve(const EfficiencyCurve& curve, std::vector<HardwareProfile::Named>& into) {
  for (const EfficiencyPoint& point : curve.points) {
    std::string at;
    for (const std::int64_t extent : point.at) {
      at += format("{}{}", at.empty() ? "" : "x", extent);
    }
    into.push_back(
        {format("efficiency.{}.{}.threads{}.{}", curve.kernel, curve.dtype, curve.threads, at),
         &point.share});
  }
}

}  // namespace

std::string_view to_text(Provenance provenance) {
  constexpr std::array<std::string_view, kProvenanceCount> kWords{"measured", "datasheet",
                                                                  "assumed"};
  return kWords[static_cast<std::size_t>(provenance)];
}

std::span<const HardwareNumberDefinition> hardware_numbers() {
  return kNumbers;
}

std::span<const std::string_view> profile_dtypes() {
  return kDtypes;
}

std::span<const std::string_view> hardware_kinds() {
  return kKinds;
}

bool HardwareProfile::has(std::string_view number) const {
  return std::ranges::find(numbers, number, &HardwareNumber::name) != numbers.end();
}

Result<double> HardwareProfile::value(std::string_view number) const {
  const auto found = std::ranges::find(numbers, number, &HardwareNumber::name);
  if (found == numbers.end()) return Error::user("{} has no {}", file, number);
  return found->quantity.value;
}

Result<const ComputePeak*> HardwareProfile::best_peak(std::string_view dtype, int threads) const {
  const ComputePeak* best = nullptr;
  for (const int wanted : {threads, kWholeDevice}) {
    for (const ComputePeak& peak : peaks) {
      if (peak.dtype != dtype || peak.threads != wanted) continue;
      if (best == nullptr || peak.flops_per_second.value > best->flops_per_second.value) {
        best = &peak;
      }
    }
    if (best != nullptr) return best;
  }
  return Error::user("{} has no peak of {} on {} threads", file, dtype, threads);
}

Result<const MemoryTier*> HardwareProfile::tier(std::string_view wanted) const {
  const auto found = std::ranges::find(memory, wanted, &MemoryTier::name);
  if (found == memory.end()) return Error::user("{} has no memory tier {}", file, wanted);
  return &*found;
}

Result<const MemoryTier*> HardwareProfile::main_memory() const {
  if (memory.empty()) return Error::user("{} has no memory", file);
  return &memory.back();
}

Result<double> HardwareProfile::overhead(std::string_view wanted, int threads) const {
  for (const Overhead& overhead : overheads) {
    if (overhead.name == wanted && overhead.threads == threads) return overhead.time.value;
  }
  return Error::user("{} has no overhead {} on {} threads", file, wanted, threads);
}

std::vector<HardwareProfile::Named> HardwareProfile::quantities() const {
  std::vector<Named> all;
  for (const HardwareNumber& number : numbers) {
    all.push_back({format("numbers.{}", number.name), &number.quantity});
  }
  for (const ComputePeak& peak : peaks) {
    all.push_back({format("peaks.{}.{}.threads{}", peak.isa, peak.dtype, peak.threads),
                   &peak.flops_per_second});
  }
  for (const MemoryTier& tier : memory) {
    name_memory(tier, all);
  }
  for (const Overhead& overhead : overheads) {
    all.push_back(
        {format("overheads.{}.threads{}", overhead.name, overhead.threads), &overhead.time});
  }
  for (const EfficiencyCurve& curve : curves) {
    name_curve(curve, all);
  }
  for (const EnergyPart& part : energy) {
    all.push_back({format("energy.{}", part.name), &part.joules});
  }
  return all;
}

std::string HardwareProfile::summary() const {
  std::array<int, kProvenanceCount> counts{};
  for (const Named& named : quantities()) {
    ++counts[static_cast<std::size_t>(named.quantity->provenance)];
  }
  return format("{}: {} numbers measured, {} of datasheets, {} assumed", description, counts[0],
                counts[1], counts[2]);
}

const TierRate* rate_of(const MemoryTier& tier, int threads) {
  for (const int wanted : {threads, kWholeDevice}) {
    const auto found = std::ranges::find(tier.rates, wanted, &TierRate::threads);
    if (found != tier.rates.end()) return &*found;
  }
  return nullptr;
}

}  // namespace assay::oracle
