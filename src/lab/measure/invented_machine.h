// SPDX-License-Identifier: MIT
// For the tests of the instrument: a machine whose time and disturbances are invented, so that what
// a measurement ought to find is known exactly. Work on it takes what its author says it takes.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "core/clock.h"
#include "lab/measure/cache_flusher.h"
#include "lab/measure/doubts.h"
#include "lab/measure/rig.h"
#include "lab/measure/system_under_test.h"

namespace assay::measure {

/// Shows the time of another clock in steps.
class CoarseClock final : public Clock {
 public:
  CoarseClock(const Clock& fine, Nanoseconds step) : fine_(fine), step_(step) {}
  Nanoseconds now() const override { return fine_.now() / step_ * step_; }

 private:
  const Clock& fine_;
  Nanoseconds step_;
};

/// Reports whatever the test has set.
class InventedDoubts final : public DoubtSource {
 public:
  Disturbances now;

 private:
  Disturbances read() override { return now; }
};

struct InventedMachine {
  explicit InventedMachine(Nanoseconds clock_step = Nanoseconds(1))
      : shown(time, clock_step),
        instruments{.clock = shown,
                    .calibration = {.resolution = clock_step, .cost = Nanoseconds(0)},
                    .doubts = doubts,
                    .flusher = flusher} {}
  InventedMachine(const InventedMachine&) = delete;
  InventedMachine& operator=(const InventedMachine&) = delete;

  FakeClock time;  ///< What really passes.
  CoarseClock shown;
  InventedDoubts doubts;
  CacheFlusher flusher{Bytes(4'096)};
  Instruments instruments;
};

/// Work on a clock of its own: a call takes `call` there, and `real` of the machine's time.
class SimulatedWork final : public SystemUnderTest {
 public:
  SimulatedWork(InventedMachine& machine, Nanoseconds call, Nanoseconds real)
      : machine_(machine), call_(call), real_(real) {}

  Result<void> run(std::int64_t times) override {
    clock_.time.advance(call_ * times);
    machine_.time.advance(real_ * times);
    return {};
  }
  const VirtualClock* virtual_clock() const override { return &clock_; }

 private:
  struct OwnClock final : VirtualClock {
    Nanoseconds now() const override { return time.now(); }
    std::string source() const override { return "virtual clock of a test"; }
    FakeClock time;
  };
  InventedMachine& machine_;
  Nanoseconds call_;
  Nanoseconds real_;
  OwnClock clock_;
};

/// Advances the machine's time by `cost(times)` in every run.
class InventedWork final : public SystemUnderTest {
 public:
  using Cost = std::function<Nanoseconds(std::int64_t times)>;

  InventedWork(InventedMachine& machine, Cost cost) : machine_(machine), cost_(std::move(cost)) {}

  /// Every call takes the same.
  InventedWork(InventedMachine& machine, Nanoseconds call)
      : InventedWork(machine, [call](std::int64_t times) { return call * times; }) {}

  Result<void> run(std::int64_t times) override {
    ++runs;
    if (runs > fails_after) return Error::environment("the invented device fell off the bus");
    machine_.time.advance(cost_(times));
    return {};
  }
  Result<void> before_sample() override {
    ++preparations;
    return {};
  }

  std::int64_t runs = 0;
  std::int64_t preparations = 0;
  std::int64_t fails_after = INT64_MAX;

 private:
  InventedMachine& machine_;
  Cost cost_;
};

}  // namespace assay::measure
