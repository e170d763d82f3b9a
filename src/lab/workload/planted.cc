// SPDX-License-Identifier: MIT
#include "lab/workload/planted.h"

#include <algorithm>
#include <cmath>

#include "core/clock.h"
#include "core/random.h"
#include "lab/workload/parameters.h"

namespace assay::workload {
namespace {

/// Standard deviations of the logarithm of the time.
struct PlantedNoise {
  double call = 0;
  double process = 0;
};

class PlantedArm final : public PreparedArm {
 public:
  PlantedArm(const PlantedPattern& pattern, const PlantedNoise& noise, const Bench& bench)
      : pattern_(pattern), noise_(noise), random_(mix_seed(bench.buffers.layout_seed(), 1)) {
    // One draw for the whole process, the same for all arms: processes differ, arms do not.
    process_factor_ = std::exp(noise.process * Random(bench.buffers.layout_seed()).normal());
  }

  Result<void> run(std::int64_t times) override {
    for (std::int64_t i = 0; i < times; ++i) {
      const double noise = noise_.call > 0 ? std::exp(noise_.call * random_.normal()) : 1;
      spin(planted_ns(pattern_) * process_factor_ * noise);
    }
    return {};
  }

  spec::Factors observed() const override {
    return {{"x", pattern_.x},
            {"base_ns", pattern_.base_ns},
            {"ns_per_x", pattern_.ns_per_x},
            {"cliff_at", pattern_.cliff_at},
            {"cliff_ratio", pattern_.cliff_ratio},
            {"period", pattern_.period},
            {"period_ratio", pattern_.period_ratio},
            {"noise", noise_.call},
            {"process_noise", noise_.process}};
  }
  spec::Factors mechanism() const override {
    const bool is_behind = pattern_.cliff_at > 0 && pattern_.x >= pattern_.cliff_at;
    return {{"kernel", std::string(is_behind ? "spin behind the cliff" : "spin")}};
  }
  Work work() const override {
    return {.units = static_cast<double>(std::max<std::int64_t>(pattern_.x, 1))};
  }

  /// The spin is right when it lasts at least as long as was planted.
  Result<Verdict> verify() override {
    const Nanoseconds start = SteadyClock::read();
    spin(planted_ns(pattern_));
    const auto took = static_cast<double>((SteadyClock::read() - start).count());
    return Verdict{.correct = took >= std::floor(planted_ns(pattern_)),
                   .method = "one call lasts at least what was planted"};
  }

 private:
  static void spin(double nanoseconds) {
    const Nanoseconds end =
        SteadyClock::read() + Nanoseconds(static_cast<std::int64_t>(nanoseconds));
    while (SteadyClock::read() < end) {
    }
  }

  PlantedPattern pattern_;
  PlantedNoise noise_;
  Random random_;
  double process_factor_ = 1;
};

Result<Preparation> prepare_planted(const spec::Factors& asked, Bench& bench) {
  PlantedPattern pattern;
  PlantedNoise noise;
  ASSAY_TRY(pattern.x, asked.integer("x"));
  ASSAY_TRY(pattern.base_ns, asked.number("base_ns"));
  ASSAY_TRY(pattern.ns_per_x, asked.number("ns_per_x"));
  ASSAY_TRY(pattern.cliff_at, asked.integer("cliff_at"));
  ASSAY_TRY(pattern.cliff_ratio, asked.number("cliff_ratio"));
  ASSAY_TRY(pattern.period, asked.integer("period"));
  ASSAY_TRY(pattern.period_ratio, asked.number("period_ratio"));
  ASSAY_TRY(noise.call, asked.number("noise"));
  ASSAY_TRY(noise.process, asked.number("process_noise"));
  return Preparation(std::make_unique<PlantedArm>(pattern, noise, bench));
}

}  // namespace

double planted_ns(const PlantedPattern& pattern) {
  double ns = pattern.base_ns + pattern.ns_per_x * static_cast<double>(pattern.x);
  if (pattern.cliff_at > 0 && pattern.x >= pattern.cliff_at) ns *= pattern.cliff_ratio;
  if (pattern.period > 0 && pattern.x % pattern.period != 0) ns *= pattern.period_ratio;
  return ns;
}

WorkloadDefinition planted_workload() {
  WorkloadDefinition definition;
  definition.entry.name = "planted";
  definition.entry.about =
      "A spin of known length over an invented pattern: tests whether the lab finds it.";
  definition.entry.parameters = {
      integer_parameter("x", "The swept dimension; also the units of work.", 0, 1),
      number_parameter("base_ns", "Length of a call [ns].", 0, 20'000),
      number_parameter("ns_per_x", "What a unit of x adds to it [ns].", 0, 0),
      integer_parameter("cliff_at", "From this x on calls take cliff_ratio as long; 0: no cliff.",
                        0, 0),
      number_parameter("cliff_ratio", "Time behind the cliff over time before it.", 0, 1),
      integer_parameter("period", "x that is no multiple takes period_ratio as long; 0: no period.",
                        0, 0),
      number_parameter("period_ratio", "Time of a non-multiple over time of a multiple.", 0, 1),
      number_parameter("noise", "Standard deviation of the log time of a call.", 0, 0),
      number_parameter("process_noise", "Standard deviation of the log time of a process.", 0, 0)};
  definition.prepare = prepare_planted;
  return definition;
}

}  // namespace assay::workload
