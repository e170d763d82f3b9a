// SPDX-License-Identifier: MIT
#include "core/format.h"
#include "oracle/machine/environment.h"

namespace assay::machine {
namespace {

constexpr Bytes kMemoryMin{std::int64_t{1} << 30};
// Of the CPUs: above it a measuring thread meets somebody else's work.
constexpr double kLoadThatMatters = 0.25;

using Warnings = std::vector<std::string>;

void warn_about_frequency(const CpuState& cpu, Warnings& warnings) {
  if (!cpu.governor.is_present()) {
    warnings.push_back(
        "the frequency governor cannot be read: the clock may move without anybody knowing; only "
        "interleaved comparisons hold");
  } else if (cpu.governor.value() != "performance") {
    warnings.push_back(format(
        "the frequency governor is `{}`: set `performance` (cpupower frequency-set -g performance)",
        cpu.governor.value()));
  }
  if (cpu.boost.is_present() && cpu.boost.value()) {
    warnings.push_back("boost is on: the clock depends on temperature and on the other cores");
  }
}

void warn_about_neighbours(const Environment& environment, Warnings& warnings) {
  const SystemState& system = environment.system;
  if (environment.cpu.smt.is_present() && environment.cpu.smt.value()) {
    warnings.push_back(
        "SMT siblings share cores: two threads may be two halves of one core, and a neighbour on "
        "the other half slows this one");
  }
  if (system.hypervisor.is_present()) {
    warnings.push_back(
        format("a virtual machine (hypervisor: {}): neighbours are invisible, stolen time may not "
               "be shown",
               system.hypervisor.value()));
  }
  if (system.cpu_quota.is_present()) {
    warnings.push_back(format("a cgroup grants {:.3g} CPUs' worth of time: bursts are throttled",
                              system.cpu_quota.value()));
  }
  if (!system.load.is_present() || !environment.topology.is_present()) return;
  const int cpus = environment.topology.value().cpu_count();
  if (system.load.value() > kLoadThatMatters * cpus) {
    warnings.push_back(format("the machine was busy: load {:.2f} on {} CPUs; stop other work",
                              system.load.value(), cpus));
  }
}

void warn_about_memory(const MemoryState& memory, Warnings& warnings) {
  if (memory.swap_used.is_present() && memory.swap_used.value() > Bytes(0)) {
    warnings.push_back(format("{} of swap is in use: page faults may enter samples",
                              to_text(memory.swap_used.value())));
  }
  if (memory.available.is_present() && memory.available.value() < kMemoryMin) {
    warnings.push_back(format("only {} of memory is available", to_text(memory.available.value())));
  }
}

void warn_about_build(const BuildIdentity& build, Warnings& warnings) {
  if (build.is_dirty) {
    warnings.push_back(
        format("built from a checkout with changes on top of {}: no commit holds this code",
               build.commit));
  }
  if (build.flags.find("-fsanitize") != std::string::npos) {
    warnings.push_back("built with sanitizers: times mean nothing");
  } else if (build.flags.find("-O2") == std::string::npos &&
             build.flags.find("-O3") == std::string::npos) {
    warnings.push_back(format("built without optimisation (build type {})", build.build_type));
  }
}

}  // namespace

std::vector<std::string> warnings_about(const Environment& environment) {
  Warnings warnings;
  warn_about_frequency(environment.cpu, warnings);
  warn_about_neighbours(environment, warnings);
  warn_about_memory(environment.memory, warnings);
  if (!environment.counters.is_present()) {
    warnings.push_back(format("no hardware counters: {}", environment.counters.reason()));
  }
  const auto& source = environment.cpu.clock_source;
  if (source.is_present() && source.value() != "tsc" && source.value() != "kvm-clock" &&
      source.value() != "arch_sys_counter") {
    warnings.push_back(format("the clock source is `{}`: reading it is slow", source.value()));
  }
  warn_about_build(environment.build, warnings);
  return warnings;
}

}  // namespace assay::machine
