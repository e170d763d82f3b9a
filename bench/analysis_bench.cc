// SPDX-License-Identifier: MIT
// How long the analysis of a million samples takes (the limit of issue 2 is one second), on records
// planted with a cliff and a period. `--small` analyses a hundredth, as the test suite does.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/format.h"
#include "core/hash.h"
#include "lab/analysis/analyse.h"
#include "lab/analysis/planted_records.h"

namespace {

using namespace assay;

double planted_time(const sweep::Trial& trial, const sweep::TrialArm& arm) {
  const auto k = trial.factors.integer("k");
  const double cliff = *k >= 90 ? 1.3 : 1;
  const double period = *k % 8 != 0 ? 1.1 : 1;
  return (arm.name == "fast" ? 0.8e6 : 1e6) * cliff * period;
}

std::int64_t count_samples(const std::vector<store::Record>& records) {
  std::int64_t count = 0;
  for (const store::Record& record : records) {
    for (const store::ArmRecord& arm : record.arms) {
      count += std::ssize(arm.series.samples);
    }
  }
  return count;
}

/// What every analysis must at least do: put the samples of each series in order.
Seconds time_floor(const std::vector<store::Record>& records) {
  const Nanoseconds start = SteadyClock::read();
  std::int64_t middle = 0;
  for (const store::Record& record : records) {
    for (const store::ArmRecord& arm : record.arms) {
      std::vector<Nanoseconds> samples = arm.series.samples;
      std::ranges::sort(samples);
      middle += samples[samples.size() / 2].count();
    }
  }
  const Seconds taken = SteadyClock::read() - start;
  if (middle <= 0) std::abort();
  return taken;
}

/// What the findings say, in three digits: the last ones may differ between compilers.
std::string conclusions(const analysis::Findings& findings) {
  std::string text;
  for (const analysis::CellFinding& cell : findings.cells) {
    text += format("{} {} {} {:.2e}\n", cell.trial_id, cell.arm, to_text(cell.time.state()),
                   cell.time.number());
  }
  for (const analysis::RatioFinding& ratio : findings.ratios) {
    text += format("{} {:.2f}\n", ratio.trial_id, ratio.ratio.number());
  }
  for (const analysis::Cliff& cliff : findings.cliffs) {
    text += format("cliff {} {} {:.2f}\n", to_text(cliff.series), cliff.after, cliff.ratio);
  }
  for (const analysis::Period& period : findings.periods) {
    text += format("period {} {} {:.2f}\n", to_text(period.series), period.modulus, period.ratio);
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  const bool is_small = argc > 1 && std::string_view(argv[1]) == "--small";
  // Two arms and five processes; in full 99 points and the floor, a thousand samples each.
  const spec::Spec spec = analysis::planted_spec(64, is_small ? 83 : 162);
  analysis::Planting planting;
  planting.samples = is_small ? 50 : 1000;
  planting.time = planted_time;
  const std::vector<store::Record> records = analysis::planted_records(spec, planting);
  const Nanoseconds start = SteadyClock::read();
  const analysis::Findings findings = analysis::analyse(spec, records, {});
  const Seconds taken = SteadyClock::read() - start;
  std::printf(
      "analysis of %lld samples: %.3f s (limit 1 s for 1000000), sorting them alone: %.3f s\n",
      static_cast<long long>(count_samples(records)), taken.count(), time_floor(records).count());
  std::printf("found %zu cliffs and %zu periods\n", findings.cliffs.size(),
              findings.periods.size());
  std::printf("checksum %s\n", to_hex(hash_bytes(conclusions(findings))).c_str());
  return 0;
}
