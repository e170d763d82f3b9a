// SPDX-License-Identifier: MIT
// The machine as it was when something was measured on it, and the reasons why it should not be
// believed. Taken before and after a run; every field is a value or says why it is none.
//
//   const Environment environment = capture_environment();
//   for (const Fact& fact : facts_of(environment)) ...   // ("cpu.model", "AMD EPYC 9...")
//   for (const std::string& warning : environment.warnings) ...
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "core/units.h"
#include "oracle/machine/build_identity.h"
#include "oracle/machine/reading.h"
#include "oracle/machine/topology.h"

namespace assay::machine {

struct CpuState {
  Reading<std::string> vendor;
  Reading<std::string> model;
  Reading<std::int64_t> family;
  Reading<std::int64_t> model_number;
  Reading<std::int64_t> stepping;
  Reading<std::string> microcode;
  Reading<std::string> isa;  ///< The vector and matrix extensions, as the kernel names them.
  Reading<bool> smt;         ///< Two of the CPUs that we may use share a core.
  Reading<std::string> governor;
  Reading<bool> boost;
  Reading<double> frequency_mhz;      ///< Now, of the first CPU.
  Reading<double> frequency_max_mhz;  ///< As the system allows it.
  Reading<std::string> clock_source;
};

struct MemoryState {
  Reading<Bytes> total;
  Reading<Bytes> available;
  Reading<Bytes> swap_used;
  Reading<std::string> huge_pages;  ///< Transparent ones: always, madvise, never.
};

struct SystemState {
  Reading<std::string> kernel;
  Reading<std::string> distribution;
  Reading<std::string> hypervisor;
  Reading<std::string> container;
  Reading<double> cpu_quota;  ///< CPUs' worth of time that a cgroup grants.
  Reading<double> load;       ///< One-minute average.
  Reading<std::int64_t> running_tasks;
  Reading<bool> address_randomised;
};

struct Environment {
  std::string taken;  ///< UTC.
  CpuState cpu;
  Reading<Topology> topology;
  MemoryState memory;
  SystemState system;
  Reading<std::string> counters;
  BuildIdentity build;
  std::vector<std::string> libraries;
  std::vector<std::string> warnings;
};

/// Reads /proc, /sys and /etc below `root`; the topology, the counters and the build are always
/// this machine's. Never fails: what cannot be read is absent.
Environment capture_environment(const std::filesystem::path& root = "/");

/// Why numbers from this machine should be taken with care, each with what to do about it.
std::vector<std::string> warnings_about(const Environment& environment);

/// One leaf of a capture, for documents: ("cpu", "model", "AMD EPYC 9..."). What is absent keeps
/// its reason.
using FactValue = std::variant<Absent, bool, std::int64_t, double, std::string>;
struct Fact {
  std::string group;
  std::string name;
  FactValue value;
};
std::vector<Fact> facts_of(const Environment& environment);

}  // namespace assay::machine
