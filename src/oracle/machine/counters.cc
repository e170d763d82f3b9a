// SPDX-License-Identifier: MIT
#include "oracle/machine/counters.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/format.h"

namespace assay::machine {
namespace {

/// 0, or the errno of opening a hardware counter for this thread.
int try_to_count(std::uint64_t event) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.config = event;
  attributes.disabled = 1;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  const long descriptor = syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0UL);
  if (descriptor < 0) return errno;
  close(static_cast<int>(descriptor));
  return 0;
}

}  // namespace

std::string explain_perf_errno(int error_number) {
  const std::string words = std::generic_category().message(error_number);
  switch (error_number) {
    case ENOENT:
    case EOPNOTSUPP:
    case ENODEV:
      return format("unsupported: this machine shows no hardware counters ({})", words);
    case EACCES:
    case EPERM:
      return format("unsupported: not permitted, see /proc/sys/kernel/perf_event_paranoid ({})",
                    words);
    case ENOSYS:
      return format("unsupported: this kernel has no perf events ({})", words);
    default:
      return format("unsupported: perf_event_open failed ({})", words);
  }
}

Reading<std::string> hardware_counters() {
  const int cycles = try_to_count(PERF_COUNT_HW_CPU_CYCLES);
  if (cycles != 0) return absent(explain_perf_errno(cycles));
  const int instructions = try_to_count(PERF_COUNT_HW_INSTRUCTIONS);
  return std::string(instructions == 0 ? "cycles and instructions" : "cycles");
}

}  // namespace assay::machine
