// SPDX-License-Identifier: MIT
// Flash attention against math (unfused) attention, interleaved in one process: in every round
// A B B A with one median per round, ratio = median over rounds with its exact sign interval. Every
// round also times a loop of multiply-adds, so that the share of the peak is of the peak that was
// there just then. Limit: at S >= 1024, D = 64 flash is at least 1.5 times as fast on two threads.
//
// Math is shown twice: finished step by step for all heads, as an unfused framework does, and for
// one head per thread at a time, which keeps the scores of short sequences in the cache. Its
// scratch is allocated and touched before the timed region: no page fault is counted against it.
//
//   attention_bench [--small] [--threads N]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/format.h"
#include "core/hash.h"
#include "core/random.h"
#include "core/statistics/order_statistics.h"
#include "engine/kernels/cpu/fma_loop.h"
#include "engine/kernels/cpu/sdpa.h"
#include "engine/kernels/cpu/sdpa_vector.h"
#include "engine/kernels/threads.h"

namespace assay {
namespace {

using kernels::SdpaSizes;
using tensor::TensorView;

/// One size: inputs and output that all kernels share, scratch of each.
class Attention {
 public:
  Attention(const SdpaSizes& sizes, int threads)
      : sizes_(sizes),
        options_{.scale = 1 / std::sqrt(static_cast<float>(sizes.head_dim)), .threads = threads},
        q_(numbers(sizes.seq_q, 1)),
        k_(numbers(sizes.seq_k, 2)),
        v_(numbers(sizes.seq_k, 3)),
        out_(q_.size()),
        math_scratch_(floats(sdpa_math_scratch(sizes, sizes.batch * sizes.heads))),
        flash_scratch_(floats(sdpa_flash_scratch(sizes, threads))) {}

  void math() { run_math(math_scratch_); }
  void math_by_head() {
    const std::int64_t heads = std::min<std::int64_t>(options_.threads, sizes_.heads);
    const std::int64_t part = sdpa_math_scratch(sizes_, heads);
    run_math({math_scratch_.data(), static_cast<std::size_t>(part)});
  }
  void flash() { sdpa_flash(inputs(), options_, view<float>(out_, sizes_.seq_q), flash_scratch_); }

  double flops() const { return 2 * sdpa_multiply_adds(sizes_, false); }
  /// Mean size of an output element: the same for all kernels up to rounding.
  double mean_size() const {
    double sum = 0;
    for (const float element : out_)
      sum += std::abs(static_cast<double>(element));
    return sum / static_cast<double>(out_.size());
  }
  double math_mib() const { return mib(math_scratch_); }
  double flash_mib() const { return mib(flash_scratch_); }

 private:
  static std::vector<float> floats(std::int64_t count) {
    return std::vector<float>(static_cast<std::size_t>(count));
  }
  static double mib(const std::vector<float>& memory) {
    return static_cast<double>(memory.size()) * sizeof(float) / 1048576;
  }
  std::vector<float> numbers(std::int64_t seq, std::uint64_t seed) const {
    Random random(seed);
    std::vector<float> values = floats(sizes_.batch * sizes_.heads * seq * sizes_.head_dim);
    for (float& value : values)
      value = static_cast<float>(random.uniform() * 2 - 1);
    return values;
  }
  template <class T>
  TensorView<T> view(std::vector<float>& values, std::int64_t seq) const {
    return {values.data(), {sizes_.batch, sizes_.heads, seq, sizes_.head_dim}};
  }
  kernels::SdpaInputs inputs() {
    return {view<const float>(q_, sizes_.seq_q), view<const float>(k_, sizes_.seq_k),
            view<const float>(v_, sizes_.seq_k)};
  }
  void run_math(std::span<float> scratch) {
    const auto done = sdpa_math(inputs(), options_, view<float>(out_, sizes_.seq_q), scratch);
    ASSAY_CHECK(done.has_value(), "math attention runs");
  }

  SdpaSizes sizes_;
  kernels::SdpaOptions options_;
  std::vector<float> q_, k_, v_, out_, math_scratch_, flash_scratch_;
};

template <class Work>
double seconds_of(std::int64_t times, Work&& work) {
  const Nanoseconds start = SteadyClock::read();
  for (std::int64_t i = 0; i < times; ++i)
    work();
  return Seconds(SteadyClock::read() - start).count() / static_cast<double>(times);
}

struct Rounds {
  std::vector<double> math, flash, ratio, ratio_by_head, peak;
};

Rounds measure(Attention& attention, int rounds, int threads) {
  constexpr std::int64_t kPeakRounds = 400'000;  // About 3 ms at 100 GFLOP/s per thread.
  attention.math();
  attention.math_by_head();
  attention.flash();
  const double once = seconds_of(1, [&] { attention.flash(); });
  const std::int64_t times = std::max<std::int64_t>(1, static_cast<std::int64_t>(2e-3 / once));
  const auto math = [&] { return seconds_of(times, [&] { attention.math(); }); };
  const auto by_head = [&] { return seconds_of(times, [&] { attention.math_by_head(); }); };
  const auto flash = [&] { return seconds_of(times, [&] { attention.flash(); }); };
  Rounds taken;
  for (int round = 0; round < rounds; ++round) {
    const double m1 = math(), f1 = flash(), f2 = flash(), m2 = math();
    const double h1 = by_head(), f3 = flash(), f4 = flash(), h2 = by_head();
    taken.math.push_back((m1 + m2) / 2);
    taken.flash.push_back((f1 + f2 + f3 + f4) / 4);
    taken.ratio.push_back(std::sqrt(m1 / f1 * m2 / f2));
    taken.ratio_by_head.push_back(std::sqrt(h1 / f3 * h2 / f4));
    const double peak = seconds_of(1, [&] { kernels::fma_loop(kPeakRounds, threads); });
    taken.peak.push_back(kernels::fma_loop_flops(kPeakRounds, threads) / peak);
  }
  return taken;
}

std::string ratio_text(const std::vector<double>& ratios) {
  const auto interval = statistics::median_interval(ratios, 0.95);
  return format("{:5.2f} [{:.2f}, {:.2f}]", statistics::median(ratios), interval->low,
                interval->high);
}

/// Prints a row; returns what was computed, to three digits.
std::string report(const SdpaSizes& sizes, int rounds, int threads) {
  Attention attention(sizes, threads);
  const Rounds taken = measure(attention, rounds, threads);
  const double math = attention.flops() / statistics::median(taken.math) / 1e9;
  const double flash = attention.flops() / statistics::median(taken.flash) / 1e9;
  const double peak = statistics::median(taken.peak) / 1e9;
  const std::string row =
      format("{:5} {:5} {:4} {:3} | {:6.1f} {:3.0f}% {:7.1f} | {:6.1f} {:3.0f}% {:6.1f} | {} | {}",
             sizes.seq_q, sizes.seq_k, sizes.head_dim, sizes.heads, math, 100 * math / peak,
             attention.math_mib(), flash, 100 * flash / peak, attention.flash_mib(),
             ratio_text(taken.ratio), ratio_text(taken.ratio_by_head));
  std::printf("%s\n", row.c_str());
  std::fflush(stdout);
  return format("{:.3g} ", attention.mean_size());
}

std::vector<SdpaSizes> sizes_of_run(bool small) {
  if (small) return {{1, 2, 64, 64, 64}, {1, 3, 50, 70, 107}};
  std::vector<SdpaSizes> all;
  for (const std::int64_t dim : {64, 107, 128}) {
    for (const std::int64_t seq : {256, 512, 1024, 2048, 4096}) {
      // About the same number of multiply-adds for every length.
      all.push_back({1, std::clamp<std::int64_t>(16384 / seq, 4, 32), seq, seq, dim});
    }
  }
  // What the dispatcher must know: few queries, and short sequences.
  for (const std::int64_t queries : {1, 2, 4, 8, 16})
    all.push_back({1, 32, queries, 1024, 64});
  for (const std::int64_t seq : {8, 16, 32, 64, 128})
    all.push_back({1, 32, seq, seq, 64});
  return all;
}

int run(bool small, int threads) {
  kernels::set_threads(threads);
  std::printf("attention, f32, %d threads, %s; ratios are math/flash with 95 %% sign intervals\n",
              threads, std::string(kernels::vector_target()).c_str());
  std::printf(
      "seq_q seq_k  dim   h | math GF/s peak   MiB | flash GF/s pk    MiB | math, all heads"
      "    | math, head by head\n");
  std::string computed;
  for (const SdpaSizes& sizes : sizes_of_run(small)) {
    computed += report(sizes, small ? 6 : 9, threads);
  }
  std::printf("checksum %s\n", to_hex(hash_bytes(computed)).c_str());
  return 0;
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  bool small = false;
  int threads = 2;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--small") == 0) small = true;
    if (std::strcmp(argv[i], "--threads") == 0 && i + 1 < argc) threads = std::stoi(argv[++i]);
  }
  return assay::run(small, threads);
}
