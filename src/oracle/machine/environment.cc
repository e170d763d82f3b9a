// SPDX-License-Identifier: MIT
#include "oracle/machine/environment.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <map>
#include <string_view>

#include "core/clock.h"
#include "core/format.h"
#include "oracle/machine/counters.h"
#include "oracle/machine/proc_text.h"
#include "oracle/machine/system_file.h"

namespace assay::machine {
namespace {

namespace fs = std::filesystem;
using CpuFields = std::map<std::string, std::string, std::less<>>;

/// The text of a file below the root, through a parser.
template <class Parse>
auto read_through(const fs::path& root, std::string_view path, Parse parse)
    -> decltype(parse(std::string())) {
  const auto text = read_system_file(root / path);
  if (!text.is_present()) return absent(text.reason());
  return parse(text.value());
}

Reading<std::string> as_text(const std::string& text) {
  if (text.empty()) return absent("empty");
  return text;
}

Reading<double> as_number(std::string_view text) {
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    return absent(format("not a number: `{}`", text.substr(0, 40)));
  }
  return number;
}

Reading<double> kilohertz(std::string_view text) {
  const auto number = as_number(text);
  return number.is_present() ? Reading<double>(number.value() / 1'000) : number;
}

Reading<std::string> field_text(const CpuFields& fields, std::string_view key) {
  const auto found = fields.find(key);
  if (found == fields.end()) return absent(format("/proc/cpuinfo has no `{}`", key));
  return as_text(found->second);
}

Reading<double> field_number(const CpuFields& fields, std::string_view key) {
  const auto text = field_text(fields, key);
  return text.is_present() ? as_number(text.value()) : absent(text.reason());
}

Reading<std::int64_t> field_integer(const CpuFields& fields, std::string_view key) {
  const auto number = field_number(fields, key);
  if (!number.is_present()) return absent(number.reason());
  return static_cast<std::int64_t>(number.value());
}

/// Extensions that change which kernel a library chooses.
bool is_interesting(std::string_view flag) {
  constexpr std::array<std::string_view, 9> kPrefixes{"sse4", "avx", "fma",   "f16c", "amx",
                                                      "bmi",  "sve", "asimd", "bf16"};
  return std::ranges::any_of(kPrefixes,
                             [&](std::string_view prefix) { return flag.starts_with(prefix); });
}

Reading<std::string> isa_of(const CpuFields& fields) {
  const bool is_arm = fields.contains("Features");
  const auto flags = field_text(fields, is_arm ? "Features" : "flags");
  if (!flags.is_present()) return flags;
  std::string chosen;
  std::string_view rest = flags.value();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view flag = rest.substr(0, end);
    if (is_interesting(flag)) chosen += format("{}{}", chosen.empty() ? "" : " ", flag);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (chosen.empty()) return absent("none of the known vector extensions");
  return chosen;
}

Reading<bool> boost_state(const fs::path& root) {
  const auto is_one = [](const std::string& text) { return Reading<bool>(text == "1"); };
  const auto boost = read_through(root, "sys/devices/system/cpu/cpufreq/boost", is_one);
  if (boost.is_present()) return boost;
  const auto is_zero = [](const std::string& text) { return Reading<bool>(text == "0"); };
  return read_through(root, "sys/devices/system/cpu/intel_pstate/no_turbo", is_zero);
}

CpuState read_cpu(const fs::path& root) {
  const auto text = read_system_file(root / "proc/cpuinfo");
  const CpuFields fields = text.is_present() ? parse_cpuinfo(text.value()) : CpuFields();
  return {.vendor = field_text(fields, "vendor_id"),
          .model = field_text(fields, "model name"),
          .family = field_integer(fields, "cpu family"),
          .model_number = field_integer(fields, "model"),
          .stepping = field_integer(fields, "stepping"),
          .microcode = field_text(fields, "microcode"),
          .isa = isa_of(fields),
          .smt = {},
          .governor =
              read_through(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", as_text),
          .boost = boost_state(root),
          .frequency_mhz = field_number(fields, "cpu MHz"),
          .frequency_max_mhz =
              read_through(root, "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", kilohertz),
          .clock_source = read_through(
              root, "sys/devices/system/clocksource/clocksource0/current_clocksource", as_text)};
}

MemoryState read_memory(const fs::path& root) {
  const auto meminfo = [&](std::string_view key) {
    return read_through(root, "proc/meminfo",
                        [&](const std::string& text) { return parse_meminfo(text, key); });
  };
  MemoryState memory{.total = meminfo("MemTotal"),
                     .available = meminfo("MemAvailable"),
                     .swap_used = meminfo("SwapTotal"),
                     .huge_pages = read_through(root, "sys/kernel/mm/transparent_hugepage/enabled",
                                                parse_bracketed)};
  const auto swap_free = meminfo("SwapFree");
  if (memory.swap_used.is_present() && swap_free.is_present()) {
    memory.swap_used = Bytes(memory.swap_used.value().count() - swap_free.value().count());
  }
  return memory;
}

/// What a hypervisor says of itself; a machine that names none may still be a virtual one.
Reading<std::string> hypervisor_of(const fs::path& root) {
  const auto type = read_through(root, "sys/hypervisor/type", as_text);
  if (type.is_present()) return type;
  const auto text = read_system_file(root / "proc/cpuinfo");
  if (text.is_present() && text.value().find(" hypervisor") != std::string::npos) {
    const auto product = read_through(root, "sys/class/dmi/id/sys_vendor", as_text);
    return product.is_present() ? product : Reading<std::string>(std::string("of unknown make"));
  }
  return absent("the processor shows no hypervisor");
}

Reading<std::string> container_of(const fs::path& root) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kMarks{
      {{".dockerenv", "docker"}, {"run/.containerenv", "podman"}}};
  std::error_code error;
  for (const auto& [path, name] : kMarks) {
    if (fs::exists(root / path, error)) return std::string(name);
  }
  const auto init = read_system_file(root / "proc/1/cgroup");
  for (const std::string_view name : {"docker", "kubepods", "containerd", "lxc", "slurm"}) {
    if (init.is_present() && init.value().find(name) != std::string::npos) return std::string(name);
  }
  return absent("no sign of one");
}

SystemState read_system(const fs::path& root) {
  const auto load = read_through(root, "proc/loadavg", parse_loadavg);
  SystemState system{.kernel = read_through(root, "proc/sys/kernel/osrelease", as_text),
                     .distribution = read_through(root, "etc/os-release", parse_os_name),
                     .hypervisor = hypervisor_of(root),
                     .container = container_of(root),
                     .cpu_quota = read_through(root, "sys/fs/cgroup/cpu.max", parse_cpu_quota),
                     .load = {},
                     .running_tasks = {},
                     .address_randomised = read_through(
                         root, "proc/sys/kernel/randomize_va_space",
                         [](const std::string& text) { return Reading<bool>(text != "0"); })};
  if (load.is_present()) {
    system.load = load.value().one_minute;
    system.running_tasks = load.value().running;
  } else {
    system.load = absent(load.reason());
    system.running_tasks = absent(load.reason());
  }
  return system;
}

}  // namespace

Environment capture_environment(const fs::path& root) {
  Environment environment{.taken = utc_now(),
                          .cpu = read_cpu(root),
                          .topology = {},
                          .memory = read_memory(root),
                          .system = read_system(root),
                          .counters = hardware_counters(),
                          .build = build_identity(),
                          .libraries = loaded_libraries(),
                          .warnings = {}};
  Result<Topology> topology = read_topology();
  if (topology) {
    environment.cpu.smt = topology->has_smt();
    environment.topology = *std::move(topology);
  } else {
    environment.cpu.smt = absent(topology.error().message());
    environment.topology = absent(topology.error().message());
  }
  environment.warnings = warnings_about(environment);
  return environment;
}

}  // namespace assay::machine
