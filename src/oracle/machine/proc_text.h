// SPDX-License-Identifier: MIT
// What the kernel writes in /proc and /sys, as values. Pure functions over text: whatever the
// bytes, they answer with a value or with the reason why there is none. Reading the files is for
// environment.cc and pressure.cc.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/units.h"
#include "oracle/machine/reading.h"

namespace assay::machine {

/// The first processor of /proc/cpuinfo: its keys as they are written ("model name").
std::map<std::string, std::string, std::less<>> parse_cpuinfo(std::string_view text);

/// A size of /proc/meminfo ("MemTotal").
Reading<Bytes> parse_meminfo(std::string_view text, std::string_view key);

/// A line "key number", as in /proc/vmstat.
Reading<std::int64_t> parse_counter(std::string_view text, std::string_view key);

/// The choice in force of "always [madvise] never".
Reading<std::string> parse_bracketed(std::string_view text);

/// "0-2,5" -> 0 1 2 5. Anything else is the user's mistake.
Result<std::vector<int>> parse_cpu_list(std::string_view text);
/// 0 1 2 5 -> "0-2,5". The CPUs rise.
std::string to_cpu_list(const std::vector<int>& cpus);

/// `total` of the `some` line of /proc/pressure/*: time in which some task waited.
Reading<Nanoseconds> parse_pressure_total(std::string_view text);

/// The first line of /proc/stat and its `ctxt` line, since boot.
struct SchedulerTotals {
  std::int64_t steal_ticks = 0;  ///< Time that the hypervisor gave to others.
  std::int64_t context_switches = 0;
};
Reading<SchedulerTotals> parse_stat(std::string_view text);

/// /proc/loadavg.
struct Load {
  double one_minute = 0;
  std::int64_t running = 0;  ///< Tasks that run or could run now, the reader among them.
};
Reading<Load> parse_loadavg(std::string_view text);

/// PRETTY_NAME of /etc/os-release.
Reading<std::string> parse_os_name(std::string_view text);

/// "/sys/fs/cgroup/cpu.max": CPUs' worth of time, absent where there is no limit.
Reading<double> parse_cpu_quota(std::string_view text);

}  // namespace assay::machine
