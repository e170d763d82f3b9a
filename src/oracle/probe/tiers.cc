// SPDX-License-Identifier: MIT
#include "oracle/probe/tiers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/check.h"
#include "core/format.h"
#include "core/statistics/change_points.h"

namespace assay::probe {
namespace {

/// Floats of one line for each of up to 128 threads would be finer than needed; 4 KiB is a page.
constexpr std::int64_t kGrain = 4'096;
/// A jump within these factors of the size that the topology gives is the end of that cache: a
/// thread may get a small share of a cache that is shared, and hardly more than there is.
constexpr double kLeastShare = 1.0 / 32;
constexpr double kMostShare = 2;
/// Less than this per byte is no other tier.
const double kStepMin = std::log(1.1);

struct Jump {
  double bytes = 0;
  Interval between;
  double step = 0;
};

std::vector<Jump> jumps_of(std::span<const SweepPoint> sweep) {
  std::vector<double> x, y;
  for (const SweepPoint& point : sweep) {
    ASSAY_CHECK(x.empty() || point.bytes > x.back(), "a sweep rises");
    x.push_back(point.bytes);
    y.push_back(std::log(point.seconds_per_byte));
  }
  std::vector<Jump> jumps;
  for (const auto& change : statistics::find_change_points({x, y}, {})) {
    if (change.step < kStepMin) continue;
    const double before = x[change.index - 1];
    jumps.push_back({std::sqrt(before * x[change.index]), {before, x[change.index]}, change.step});
  }
  return jumps;
}

/// The highest jump that can be the end of a cache of this size, beyond the tier before.
std::optional<Jump> end_of(const machine::Cache& cache, double beyond,
                           std::span<const Jump> jumps) {
  const auto size = static_cast<double>(cache.size.count());
  std::optional<Jump> found;
  for (const Jump& jump : jumps) {
    const bool is_near = jump.bytes >= kLeastShare * size && jump.bytes <= kMostShare * size;
    if (!is_near || jump.bytes <= 2 * beyond) continue;
    if (!found || jump.step > found->step) found = jump;
  }
  return found;
}

oracle::Quantity capacity_of(const machine::Cache& cache, const std::optional<Jump>& jump,
                             const Method& method) {
  oracle::Quantity capacity{.value = static_cast<double>(cache.size.count()),
                            .unit = "B",
                            .interval = {},
                            .provenance = oracle::Provenance::kDatasheet,
                            .source =
                                "the topology that the system shows; the sweep of working "
                                "sets has no jump near it",
                            .date = method.date};
  if (!jump) return capacity;
  capacity.value = std::round(jump->bytes);
  capacity.interval = jump->between;
  capacity.provenance = oracle::Provenance::kMeasured;
  capacity.source = format("{}: {:.2f} times the time a byte beyond it; the topology says {}",
                           method.source, std::exp(jump->step), to_text(cache.size));
  return capacity;
}

bool holds_data(const machine::Cache& cache) {
  return cache.kind != "instruction" && cache.size.count() > 0;
}

}  // namespace

std::vector<std::int64_t> sweep_sizes(Bytes least, Bytes most, int per_decade) {
  ASSAY_CHECK_GE(per_decade, 1, "a sweep has points");
  std::vector<std::int64_t> sizes;
  // By index, not by multiplying on: rounding would lose the last of a whole number of decades.
  const double end = static_cast<double>(most.count()) * (1 + 1e-9);
  for (int i = 0;; ++i) {
    const double size =
        static_cast<double>(least.count()) * std::pow(10.0, static_cast<double>(i) / per_decade);
    if (size > end) break;
    const std::int64_t whole = std::llround(size / 256) * 256;
    if (whole > 0 && (sizes.empty() || whole > sizes.back())) sizes.push_back(whole);
  }
  return sizes;
}

std::int64_t PlannedTier::working_set(int threads, Bytes most) const {
  const double sharers = shared_by == 0 ? threads : std::clamp(threads, 1, shared_by);
  const bool is_memory = std::isinf(bytes_most);
  // Of one thread. Memory: beyond what the last cache could hold of all threads together.
  double bytes = is_memory
                     ? 2 * bytes_least / threads
                     : std::max(std::sqrt(bytes_least * bytes_most / sharers), 1.5 * bytes_least);
  if (bytes_least == 0) bytes = bytes_most / 2;
  if (!is_memory && bytes > 0.8 * bytes_most / sharers) return 0;
  const auto whole = static_cast<std::int64_t>(bytes) / kGrain * kGrain * threads;
  return whole > most.count() ? 0 : whole;
}

std::vector<PlannedTier> plan_tiers(const machine::Topology& topology, Bytes memory,
                                    std::span<const SweepPoint> sweep, const Method& method) {
  const std::vector<Jump> jumps = jumps_of(sweep);
  const int siblings = topology.cores.empty()
                           ? 1
                           : std::max(1, static_cast<int>(topology.cores.front().cpus.size()));
  std::vector<PlannedTier> tiers;
  double before = 0;
  double nominal = 0;
  for (const machine::Cache& cache : topology.caches) {
    if (!holds_data(cache)) continue;
    const oracle::Quantity capacity = capacity_of(cache, end_of(cache, before, jumps), method);
    const int sharers = std::max(1, cache.shared_by / siblings);
    const bool is_for_all = cache.shared_by >= topology.cpu_count() && sharers > 1;
    tiers.push_back({.name = format("L{}", cache.level),
                     .shared_by = is_for_all ? 0 : sharers,
                     .capacity = capacity,
                     .bytes_least = before,
                     .bytes_most = capacity.value});
    before = capacity.value;
    nominal = static_cast<double>(cache.size.count());
  }
  tiers.push_back({.name = "DRAM",
                   .shared_by = 0,
                   .capacity = {.value = static_cast<double>(memory.count()),
                                .unit = "B",
                                .interval = {},
                                .provenance = oracle::Provenance::kDatasheet,
                                .source = "what the system shows",
                                .date = method.date},
                   .bytes_least = std::max(before, nominal),
                   .bytes_most = std::numeric_limits<double>::infinity()});
  return tiers;
}

}  // namespace assay::probe
