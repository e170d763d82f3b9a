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

namespace assay::worker {

Result<void> serve(int in, int out, const workload::WorkloadRegistry& workloads,
                   const std::string& build) {
  std::signal(SIGPIPE, SIG_IGN);  // A runner that is gone is an Error of send, not a signal.
  std::signal(SIGINT, SIG_IGN);   // Ctrl-C reaches the whole terminal: the runner decides.
  const SteadyClock clock;
  ASSAY_TRY(const measure::ClockCalibration calibration, measure::calibrate_clock(clock));
  measure::SystemDoubts doubts(measure::DoubtScope::kProcess);
  measure::CacheFlusher flusher = measure::CacheFlusher::for_this_machine();
  const measure::Instruments instruments{clock, calibration, doubts, flusher};
  const Tools tools{workloads, instruments, build};

  LineChannel channel(in, out);
  ASSAY_TRY_VOID(channel.send(encode_hello(build)));
  std::string line;
  while (true) {
    ASSAY_TRY(const Arrival arrival, channel.receive(line, Nanoseconds(-1)));
    if (arrival == Arrival::kClosed) return {};
    if (arrival != Arrival::kLine) return Error::bug("the runner sent a line without end");
    ASSAY_TRY(const Assignment assignment, decode_assignment(line));
    ASSAY_TRY_VOID(channel.send(encode_reply(run_trial(assignment, tools))));
  }
}

}  // namespace assay::worker
