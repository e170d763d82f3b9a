// SPDX-License-Identifier: MIT
#include "lab/worker/serve.h"

#include <csignal>
#include <string>

#include "core/clock.h"
#include "lab/measure/cache_flusher.h"
#include "lab/measure/clock_calibration.h"
#include "lab/measure/doubts.h"
#include "lab/worker/line_channel.h"
#include "lab/worker/protocol.h"
#include "lab/worker/run_trial.h"
#include "lab/workload/flops_peak.h"

namespace assay::worker {

Result<void> serve(int in, int out, const workload::WorkloadRegistry& workloads,
                   const std::string& build) {
  std::signal(SIGPIPE, SIG_IGN);  // A runner that is gone is an Error of send, not a signal.
  std::signal(SIGINT, SIG_IGN);   // Ctrl-C reaches the whole terminal: the runner decides.
  const SteadyClock clock;
  ASSAY_TRY(const measure::ClockCalibration calibration, measure::calibrate_clock(clock));
  // Work on one thread is disturbed by what happens to that thread; on several, to any of them.
  measure::SystemDoubts thread_doubts(measure::DoubtScope::kThread);
  measure::SystemDoubts process_doubts(measure::DoubtScope::kProcess);
  measure::CacheFlusher flusher = measure::CacheFlusher::for_this_machine();
  const measure::Instruments of_thread{clock, calibration, thread_doubts, flusher};
  const measure::Instruments of_process{clock, calibration, process_doubts, flusher};
  const auto limits = [](int threads) {
    return measure::MachineLimits{.flops_per_second_max = workload::flops_peak(threads)};
  };

  LineChannel channel(in, out);
  ASSAY_TRY_VOID(channel.send(encode_hello(build)));
  std::string line;
  while (true) {
    ASSAY_TRY(const Arrival arrival, channel.receive(line, Nanoseconds(-1)));
    if (arrival == Arrival::kClosed) return {};
    if (arrival != Arrival::kLine) return Error::bug("the runner sent a line without end");
    ASSAY_TRY(const Assignment assignment, decode_assignment(line));
    const bool is_one_thread = assignment.threads == 1;
    const Tools tools{workloads, is_one_thread ? of_thread : of_process, build, limits};
    ASSAY_TRY_VOID(channel.send(encode_reply(run_trial(assignment, tools))));
  }
}

}  // namespace assay::worker
