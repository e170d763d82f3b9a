// SPDX-License-Identifier: MIT
#include "oracle/machine/pressure.h"

#include <unistd.h>

#include <string_view>

#include "core/format.h"
#include "oracle/machine/proc_text.h"
#include "oracle/machine/system_file.h"

namespace assay::machine {
namespace {

// Of the elapsed time. One tick of steal in a short trial is below it; a neighbour is above it.
constexpr double kShareThatMatters = 0.02;

Reading<Nanoseconds> waiting_for(std::string_view resource) {
  const auto text = read_system_file(format("/proc/pressure/{}", resource));
  return text.is_present() ? parse_pressure_total(text.value()) : absent(text.reason());
}

void read_totals(Pressure& pressure) {
  const auto text = read_system_file("/proc/stat");
  const auto totals = text.is_present() ? parse_stat(text.value()) : absent(text.reason());
  if (!totals.is_present()) {
    pressure.stolen = absent(totals.reason());
    pressure.context_switches = absent(totals.reason());
    return;
  }
  const std::int64_t ticks_per_second = sysconf(_SC_CLK_TCK);
  pressure.stolen = Nanoseconds(totals.value().steal_ticks * (1'000'000'000 / ticks_per_second));
  pressure.context_switches = totals.value().context_switches;
}

template <class T>
Reading<T> difference_of(const Reading<T>& before, const Reading<T>& after) {
  if (!before.is_present()) return absent(before.reason());
  if (!after.is_present()) return absent(after.reason());
  return T(after.value() - before.value());
}

void add_doubt(std::vector<std::string>& doubts, std::string_view what,
               const Reading<Nanoseconds>& time, Nanoseconds elapsed) {
  if (!time.is_present() || elapsed <= 0ns) return;
  const double share =
      static_cast<double>(time.value().count()) / static_cast<double>(elapsed.count());
  if (share < kShareThatMatters) return;
  doubts.push_back(format("{}: {:.0f} % of the time", what, 100 * share));
}

}  // namespace

Pressure read_pressure() {
  Pressure pressure{.cpu_waiting = waiting_for("cpu"),
                    .memory_waiting = waiting_for("memory"),
                    .io_waiting = waiting_for("io"),
                    .stolen = {},
                    .context_switches = {}};
  read_totals(pressure);
  return pressure;
}

Pressure difference(const Pressure& before, const Pressure& after) {
  return {.cpu_waiting = difference_of(before.cpu_waiting, after.cpu_waiting),
          .memory_waiting = difference_of(before.memory_waiting, after.memory_waiting),
          .io_waiting = difference_of(before.io_waiting, after.io_waiting),
          .stolen = difference_of(before.stolen, after.stolen),
          .context_switches = difference_of(before.context_switches, after.context_switches)};
}

std::vector<std::string> doubts_between(const Pressure& before, const Pressure& after,
                                        Nanoseconds elapsed) {
  const Pressure change = difference(before, after);
  std::vector<std::string> doubts;
  add_doubt(doubts, "tasks waited for a CPU", change.cpu_waiting, elapsed);
  add_doubt(doubts, "tasks waited for memory", change.memory_waiting, elapsed);
  add_doubt(doubts, "the hypervisor took CPUs away", change.stolen, elapsed);
  return doubts;
}

}  // namespace assay::machine
