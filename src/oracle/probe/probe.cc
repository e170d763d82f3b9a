// SPDX-License-Identifier: MIT
#include "oracle/probe/probe.h"

#include <algorithm>

#include "core/clock.h"
#include "core/format.h"
#include "oracle/machine/environment.h"
#include "oracle/machine/node_memory.h"
#include "oracle/machine/pressure.h"
#include "oracle/machine/proc_text.h"
#include "oracle/probe/efficiency_section.h"
#include "oracle/probe/overhead_section.h"
#include "oracle/probe/peak_section.h"
#include "oracle/probe/pinned_threads.h"
#include "oracle/probe/power.h"
#include "oracle/probe/stream_section.h"

namespace assay::probe {
namespace {

using oracle::HardwareProfile;

/// The largest copy of the efficiency curves, and something to sweep.
constexpr Bytes kMemoryLeast{std::int64_t{128} << 20};
constexpr Bytes kMemoryLeastQuick{std::int64_t{16} << 20};
/// Peaks of one round to another: beyond it somebody else used the core, or its clock changed.
constexpr double kPeakSpreadMax = 0.10;

struct Plan {
  RoundPlan rounds;
  RoundPlan sweep;
  int sweep_per_decade = 16;
};

Plan plan_of(bool is_quick) {
  if (is_quick) {
    return {.rounds = {.rounds = 6, .repetitions = 2, .sample = 200us, .repeated_max = 5ms},
            .sweep = {.rounds = 3, .repetitions = 2, .sample = 100us, .repeated_max = 5ms},
            .sweep_per_decade = 8};
  }
  return {.rounds = {.rounds = 9, .repetitions = 3, .sample = 2ms, .repeated_max = 20ms},
          .sweep = {.rounds = 5, .repetitions = 3, .sample = 500us, .repeated_max = 20ms},
          .sweep_per_decade = 16};
}

std::string method_of(const RoundPlan& plan) {
  return format("the fastest of {} in a round, median of {} rounds", plan.repetitions, plan.rounds);
}

Result<Bytes> memory_for(const ProbeSettings& settings, const machine::Environment& environment) {
  const Bytes least = settings.is_quick ? kMemoryLeastQuick : kMemoryLeast;
  std::int64_t most = settings.memory_most.count();
  if (most == 0) {
    std::int64_t cache = 0;
    for (const machine::Cache& one : environment.topology.value().caches) {
      cache = std::max(cache, one.size.count());
    }
    most = std::max(2 * cache + (std::int64_t{1} << 20), least.count());
    const auto& available = environment.memory.available;
    if (available.is_present()) most = std::min(most, available.value().count() / 4);
  }
  if (most < least.count()) {
    return Error::environment("a probe needs {} for its working sets, got {}", to_text(least),
                              to_text(Bytes(most)));
  }
  return Bytes(most / 4'096 * 4'096);
}

template <class T>
std::string text_of(const machine::Reading<T>& reading) {
  if (!reading.is_present()) return format("absent: {}", reading.reason());
  if constexpr (std::is_same_v<T, bool>) return reading.value() ? "yes" : "no";
  if constexpr (std::is_same_v<T, Bytes>) return to_text(reading.value());
  if constexpr (!std::is_same_v<T, bool> && !std::is_same_v<T, Bytes>) {
    return format("{}", reading.value());
  }
}

void describe_machine(const machine::Environment& environment, const PinnedThreads& threads,
                      HardwareProfile& profile) {
  const auto& [cpu, memory, system] =
      std::tie(environment.cpu, environment.memory, environment.system);
  profile.kind = "cpu";
  profile.description = format(
      "{}, {} cores, {}", text_of(cpu.model), environment.topology.value().cores.size(),
      text_of(system.hypervisor).starts_with("absent") ? "not virtual" : "a virtual machine");
  profile.machine = {{"taken", environment.taken},
                     {"cpu.model", text_of(cpu.model)},
                     {"cpu.isa", text_of(cpu.isa)},
                     {"cpu.governor", text_of(cpu.governor)},
                     {"cpu.boost", text_of(cpu.boost)},
                     {"memory.total", text_of(memory.total)},
                     {"memory.huge_pages", text_of(memory.huge_pages)},
                     {"system.kernel", text_of(system.kernel)},
                     {"system.hypervisor", text_of(system.hypervisor)},
                     {"threads.cpus", machine::to_cpu_list([&] {
                        std::vector<int> cpus = threads.cpus();
                        std::ranges::sort(cpus);
                        return cpus;
                      }())},
                     {"assay.commit", environment.build.commit},
                     {"assay.build", environment.build.build_type}};
  const std::string date = environment.taken.substr(0, 10);
  profile.numbers.push_back(
      {"compute_units",
       {.value = static_cast<double>(environment.topology.value().cores.size()),
        .unit = "1",
        .interval = {},
        .provenance = oracle::Provenance::kMeasured,
        .source = "cores that this process may use, of the topology",
        .date = date}});
  if (!environment.counters.is_present()) {
    profile.absent.push_back({"hardware counters", environment.counters.reason()});
  }
  profile.absent.push_back({"power of a GPU", "NVML is not asked: this probe is of the CPU"});
}

/// How fast one thread reads whatever the working set: the tiers as they run into each other.
void add_sweep(std::span<const SweepPoint> sweep, const Method& how, HardwareProfile& profile) {
  oracle::EfficiencyCurve curve{.kernel = "read",
                                .dtype = "f32",
                                .threads = 1,
                                .of = "read",
                                .axes = {"bytes"},
                                .points = {}};
  const double fastest =
      1 / std::ranges::min(sweep, {}, &SweepPoint::seconds_per_byte).seconds_per_byte;
  for (const SweepPoint& point : sweep) {
    const double share = 1 / point.seconds_per_byte / fastest;
    oracle::Quantity quantity = measured(std::vector{share}, "share", how);
    quantity.interval.reset();  // A median over rounds, whose spread the sweep does not keep.
    curve.points.push_back({{static_cast<std::int64_t>(point.bytes)}, std::move(quantity)});
  }
  profile.curves.push_back(std::move(curve));
}

void doubt(const machine::Environment& environment, const std::vector<std::string>& pressure,
           HardwareProfile& profile) {
  profile.doubts = environment.warnings;
  profile.doubts.insert(profile.doubts.end(), pressure.begin(), pressure.end());
  for (const oracle::ComputePeak& peak : profile.peaks) {
    const oracle::Quantity& rate = peak.flops_per_second;
    const double spread = (rate.interval->high - rate.interval->low) / rate.value;
    if (spread <= kPeakSpreadMax) continue;
    profile.doubts.push_back(
        format("multiply-adds in {} of {} on {} thread{} differ by {:.0f} % between rounds: the "
               "core was shared, or its clock changed",
               peak.isa, peak.dtype, peak.threads, peak.threads == 1 ? "" : "s", 100 * spread));
  }
}

/// What was interrupted in most rounds has no undisturbed median.
void doubt_disturbed(std::span<Timed* const> all, int rounds, HardwareProfile& profile) {
  const auto is_disturbed = [&](const Timed* timed) {
    return 2 * timed->disturbed_rounds > rounds;
  };
  const auto count = std::ranges::count_if(all, is_disturbed);
  if (count == 0) return;
  profile.doubts.push_back(
      format("{} of {} series were interrupted in most of their rounds: stop other work and probe "
             "again",
             count, all.size()));
}

std::vector<int> thread_counts(const PinnedThreads& threads) {
  if (threads.count() == 1) return {1};
  return {1, threads.count()};
}

std::span<float> floats_of(machine::NodeMemory& memory) {
  const std::span<std::byte> bytes = memory.bytes();
  return {reinterpret_cast<float*>(bytes.data()), bytes.size() / sizeof(float)};
}

std::vector<Timed*> all_of(std::initializer_list<Section*> sections) {
  std::vector<Timed*> all;
  for (Section* section : sections) {
    const std::vector<Timed*> own = section->timed();
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

}  // namespace

Result<HardwareProfile> run_probe(const ProbeSettings& settings) {
  const machine::Environment environment = machine::capture_environment();
  if (!environment.topology.is_present()) {
    return Error::environment("no topology: {}", environment.topology.reason());
  }
  const machine::Topology& topology = environment.topology.value();
  ASSAY_TRY(const Bytes most, memory_for(settings, environment));
  ASSAY_TRY(const PinnedThreads threads, PinnedThreads::create(topology, settings.threads));
  ASSAY_TRY(machine::NodeMemory memory, machine::NodeMemory::create(most, {}));
  const SteadyClock clock;
  const Plan plan = plan_of(settings.is_quick);
  const std::string date = environment.taken.substr(0, 10);
  const machine::Pressure before = machine::read_pressure();
  const Nanoseconds start = clock.now();

  settings.on_phase(format("sweeping working sets up to {}", to_text(most)));
  const auto sweep = take_sweep(floats_of(memory), plan.sweep_per_decade, plan.sweep, clock);
  const Method sweeping{"reads over working sets of one thread; " + method_of(plan.sweep), date};
  const Bytes total =
      environment.memory.total.is_present() ? environment.memory.total.value() : most;
  settings.on_phase("preparing working sets and kernels");
  const std::vector<int> counts = thread_counts(threads);
  PeakSection peaks(counts);
  ASSAY_TRY(auto streams, StreamSection::create(plan_tiers(topology, total, sweep, sweeping),
                                                counts, floats_of(memory)));
  ASSAY_TRY(auto overheads, OverheadSection::create(counts));
  ASSAY_TRY(auto curves,
            EfficiencySection::create(counts, peaks, floats_of(memory), settings.is_quick));
  const std::vector<Timed*> all = all_of({&peaks, &streams, &overheads, &curves});
  settings.on_phase(format("measuring {} numbers in {} rounds", all.size(), plan.rounds.rounds));
  take_rounds(all, plan.rounds, clock);

  HardwareProfile profile;
  profile.name = settings.name;
  const Method how{method_of(plan.rounds), date};
  describe_machine(environment, threads, profile);
  for (const Section* section :
       std::initializer_list<const Section*>{&peaks, &streams, &overheads, &curves}) {
    section->fill(how, profile);
  }
  add_sweep(sweep, sweeping, profile);
  const auto pressure =
      machine::doubts_between(before, machine::read_pressure(), clock.now() - start);
  probe_power(peaks.ceiling(counts.back()), how, clock, "/", profile);
  doubt(environment, pressure, profile);
  doubt_disturbed(all, plan.rounds.rounds, profile);
  return profile;
}

}  // namespace assay::probe
