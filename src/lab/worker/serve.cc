// SPDX-License-Identifier: MIT
#include "lab/worker/serve.h"

#include <csignal>
#include <exception>
#include <new>
#include <string>

#include "core/clock.h"
#include "lab/measure/cache_flusher.h"
#include "lab/measure/clock_calibration.h"
#include "lab/measure/doubts.h"
#include "lab/worker/line_channel.h"
#include "lab/worker/protocol.h"
#include "lab/worker/run_trial.h"

namespace assay::worker {
namespace {

/// What a workload throws while it is sampled ends its trial, not the worker.
store::Record measure_or_explain(const Assignment& assignment, const Tools& tools) {
  try {
    return run_trial(assignment, tools);
  } catch (const std::bad_alloc&) {
    return lost_trial(assignment, tools.build, store::Status::kOutOfMemory, "memory ran out");
  } catch (const std::exception& exception) {
    return lost_trial(assignment, tools.build, store::Status::kFailed,
                      format("threw: {}", exception.what()));
  }
}

}  // namespace

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
  std::string line;
  while (true) {
    ASSAY_TRY(const Arrival arrival, channel.receive(line, Nanoseconds(-1)));
    if (arrival == Arrival::kClosed) return {};
    if (arrival != Arrival::kLine) return Error::bug("the runner sent a line without end");
    ASSAY_TRY(const Assignment assignment, decode_assignment(line));
    ASSAY_TRY_VOID(channel.send(encode_reply(measure_or_explain(assignment, tools))));
  }
}

}  // namespace assay::worker
