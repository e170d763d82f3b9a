// SPDX-License-Identifier: MIT
// What one timed sample costs above a bare loop of the same calls. In every round, in random order:
// the bare loop, the clock reads alone (two per sample), the timed bracket around each batch, and
// the whole sample with its doubts. Medians over the rounds; a round is about a millisecond, so
// that most of them are not preempted.
//
//   sample_cost_bench [--small]      ends with 1 where a full run is beyond the limit
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <span>
#include <vector>

#include "core/check.h"
#include "core/clock.h"
#include "core/hash.h"
#include "core/random.h"
#include "core/statistics/order_statistics.h"
#include "lab/measure/rig.h"

namespace {

using assay::Nanoseconds;
using assay::Result;
using assay::SteadyClock;

constexpr double kLimit = 30;  // Nanoseconds beyond two clock reads.
constexpr int kSamples = 500;  // Per round.
constexpr std::int64_t kBatch = 100;

/// A chain of dependent multiplications, which no compiler can shorten: about 10 ns a call.
class Chain final : public assay::measure::SystemUnderTest {
 public:
  Result<void> run(std::int64_t times) override {
    run_bare(times);
    return {};
  }
  [[gnu::noinline]] void run_bare(std::int64_t times) {
    std::uint64_t state = state_;
    for (std::int64_t i = 0; i < 8 * times; ++i)
      state = state * 6'364'136'223'846'793'005U + 1;
    state_ = state;
  }
  std::uint64_t state() const { return state_; }

 private:
  std::uint64_t state_ = 1;
};

/// Nanoseconds per sample of one round.
struct Costs {
  double bare = 0;
  double reads = 0;
  double bracket = 0;
  double bracket_reported = 0;  ///< The sum of what the samples themselves said.
  double sample = 0;
};

double per_sample(Nanoseconds total) {
  return static_cast<double>(total.count()) / kSamples;
}

class Round {
 public:
  explicit Round(const assay::measure::Instruments& instruments) : instruments_(instruments) {}

  Costs run(assay::Random& random) {
    std::array<int, 4> parts{0, 1, 2, 3};
    random.shuffle(std::span<int>(parts));
    for (const int part : parts) {
      const Nanoseconds start = SteadyClock::read();
      run_part(part);
      cost_of(part) = per_sample(SteadyClock::read() - start);
    }
    return costs_;
  }

  /// All ways did the same work, or the costs mean nothing.
  std::uint64_t checksum() const {
    ASSAY_CHECK_EQ(chains_[0].state(), chains_[1].state(), "the bracket runs what the loop runs");
    ASSAY_CHECK_EQ(chains_[0].state(), chains_[2].state(), "a sample runs what the loop runs");
    return chains_[0].state();
  }

 private:
  double& cost_of(int part) {
    const std::array<double*, 4> costs{&costs_.bare, &costs_.reads, &costs_.bracket,
                                       &costs_.sample};
    return *costs[static_cast<std::size_t>(part)];
  }

  void run_part(int part) {
    if (part == 0) {
      for (int i = 0; i < kSamples; ++i)
        chains_[0].run_bare(kBatch);
    } else if (part == 1) {
      Nanoseconds last{0};
      for (int i = 0; i < 2 * kSamples; ++i)
        last = std::max(last, SteadyClock::read());
      ASSAY_CHECK_GT(last.count(), 0, "the clock runs");
    } else if (part == 2) {
      Nanoseconds sum{0};
      for (int i = 0; i < kSamples; ++i) {
        sum += *assay::measure::timed_run(instruments_.clock, chains_[1], kBatch);
      }
      costs_.bracket_reported = per_sample(sum);
    } else {
      const std::array<assay::measure::SystemUnderTest*, 1> arms{&chains_[2]};
      const assay::measure::Rig rig{
          .arms = arms, .cache = assay::measure::CacheState::kHot, .instruments = instruments_};
      for (int i = 0; i < kSamples; ++i) {
        ASSAY_CHECK(take_sample(rig, 0, kBatch).has_value(), "a chain cannot fail");
      }
    }
  }

  const assay::measure::Instruments& instruments_;
  std::array<Chain, 3> chains_;
  Costs costs_;
};

/// Median over the rounds, with its 95 % interval, of a cost derived within each round.
template <class Derive>
double print_row(const char* name, std::span<const Costs> rounds, Derive derive) {
  std::vector<double> values;
  for (const Costs& round : rounds)
    values.push_back(derive(round));
  const double median = assay::statistics::median(values);
  const auto interval = assay::statistics::median_interval(values, 0.95);
  std::printf("%-58s %8.1f ns", name, median);
  if (interval) std::printf("  [%.1f, %.1f]", interval->low, interval->high);
  std::printf("\n");
  return median;
}

}  // namespace

int main(int argc, char** argv) {
  const bool is_small = argc > 1 && std::strcmp(argv[1], "--small") == 0;
  const SteadyClock clock;
  assay::measure::SystemDoubts doubts(assay::measure::DoubtScope::kThread);
  assay::measure::CacheFlusher flusher(assay::Bytes(0));
  const assay::measure::Instruments instruments{
      .clock = clock, .calibration = {}, .doubts = doubts, .flusher = flusher};
  Round round(instruments);
  assay::Random random(1);
  std::vector<Costs> rounds;
  for (int i = 0; i < (is_small ? 10 : 400); ++i)
    rounds.push_back(round.run(random));

  std::printf("one sample of %lld calls, medians of %zu rounds of %d samples [95 %%]\n",
              static_cast<long long>(kBatch), rounds.size(), kSamples);
  print_row("bare loop", rounds, [](const Costs& c) { return c.bare; });
  print_row("two clock reads", rounds, [](const Costs& c) { return c.reads; });
  const double beyond = print_row("timed bracket, beyond bare loop and two clock reads", rounds,
                                  [](const Costs& c) { return c.bracket - c.bare - c.reads; });
  print_row("what the sample reports, above the bare loop", rounds,
            [](const Costs& c) { return c.bracket_reported - c.bare; });
  print_row("doubts and the rest, outside the bracket", rounds,
            [](const Costs& c) { return c.sample - c.bracket; });
  std::printf("limit %.0f ns beyond two clock reads: %s\n", kLimit,
              beyond <= kLimit ? "met" : "not met");
  std::printf("checksum %s\n", assay::to_hex(round.checksum()).c_str());
  return is_small || beyond <= kLimit ? 0 : 1;
}
