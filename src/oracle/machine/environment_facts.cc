// SPDX-License-Identifier: MIT
#include "core/format.h"
#include "oracle/machine/environment.h"
#include "oracle/machine/proc_text.h"

namespace assay::machine {
namespace {

/// Collects the leaves of one group.
class Group {
 public:
  Group(std::string name, std::vector<Fact>& facts) : name_(std::move(name)), facts_(facts) {}

  void add(std::string name, FactValue value) {
    facts_.push_back({name_, std::move(name), std::move(value)});
  }
  template <class T>
  void add(std::string name, const Reading<T>& reading) {
    add(std::move(name),
        reading.is_present() ? FactValue(reading.value()) : FactValue(absent(reading.reason())));
  }
  void add(std::string name, const Reading<Bytes>& reading) {
    add(std::move(name), reading.is_present() ? FactValue(reading.value().count())
                                              : FactValue(absent(reading.reason())));
  }

 private:
  std::string name_;
  std::vector<Fact>& facts_;
};

void add_cpu(const CpuState& cpu, std::vector<Fact>& facts) {
  Group group("cpu", facts);
  group.add("vendor", cpu.vendor);
  group.add("model", cpu.model);
  group.add("family", cpu.family);
  group.add("model_number", cpu.model_number);
  group.add("stepping", cpu.stepping);
  group.add("microcode", cpu.microcode);
  group.add("isa", cpu.isa);
  group.add("smt", cpu.smt);
  group.add("governor", cpu.governor);
  group.add("boost", cpu.boost);
  group.add("frequency_mhz", cpu.frequency_mhz);
  group.add("frequency_max_mhz", cpu.frequency_max_mhz);
  group.add("clock_source", cpu.clock_source);
}

std::string describe(const Cache& cache) {
  return format("{} x {} {}, {}-byte lines, {} CPUs each", cache.count, to_text(cache.size),
                cache.kind, cache.line, cache.shared_by);
}

void add_topology(const Reading<Topology>& reading, std::vector<Fact>& facts) {
  Group group("topology", facts);
  if (!reading.is_present()) {
    group.add("cpus", FactValue(absent(reading.reason())));
    return;
  }
  const Topology& topology = reading.value();
  group.add("packages", std::int64_t{topology.packages});
  group.add("cores", static_cast<std::int64_t>(topology.cores.size()));
  group.add("cpus", std::int64_t{topology.cpu_count()});
  for (const Cache& cache : topology.caches) {
    const std::string suffix = cache.kind == "unified" ? "" : cache.kind.substr(0, 1);
    group.add(format("l{}{}_cache", cache.level, suffix), describe(cache));
  }
  group.add("numa_nodes", static_cast<std::int64_t>(topology.numa_nodes.size()));
  for (const NumaNode& node : topology.numa_nodes) {
    group.add(format("numa_node_{}", node.id),
              format("{}, CPU {}", to_text(node.memory), to_cpu_list(node.cpus)));
  }
}

void add_memory(const MemoryState& memory, std::vector<Fact>& facts) {
  Group group("memory", facts);
  group.add("total_bytes", memory.total);
  group.add("available_bytes", memory.available);
  group.add("swap_used_bytes", memory.swap_used);
  group.add("transparent_huge_pages", memory.huge_pages);
}

void add_system(const Environment& environment, std::vector<Fact>& facts) {
  Group group("system", facts);
  const SystemState& system = environment.system;
  group.add("kernel", system.kernel);
  group.add("distribution", system.distribution);
  group.add("hypervisor", system.hypervisor);
  group.add("container", system.container);
  group.add("cpu_quota", system.cpu_quota);
  group.add("load_one_minute", system.load);
  group.add("running_tasks", system.running_tasks);
  group.add("address_randomised", system.address_randomised);
  group.add("hardware_counters", environment.counters);
}

void add_build(const Environment& environment, std::vector<Fact>& facts) {
  Group group("build", facts);
  const BuildIdentity& build = environment.build;
  group.add("id", build.id);
  group.add("commit", build.commit);
  group.add("dirty", build.is_dirty);
  group.add("compiler", build.compiler);
  group.add("type", build.build_type);
  group.add("flags", build.flags);
  std::string libraries;
  for (const std::string& library : environment.libraries)
    libraries += format("{}{}", libraries.empty() ? "" : " ", library);
  group.add("libraries", libraries);
}

}  // namespace

std::vector<Fact> facts_of(const Environment& environment) {
  std::vector<Fact> facts;
  add_cpu(environment.cpu, facts);
  add_topology(environment.topology, facts);
  add_memory(environment.memory, facts);
  add_system(environment, facts);
  add_build(environment, facts);
  return facts;
}

}  // namespace assay::machine
