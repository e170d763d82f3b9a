// SPDX-License-Identifier: MIT
// Products with a packed weight against OpenBLAS, BLIS (where it is installed) and oneDNN (matmul
// and inner product, weights in the layout each asks for), interleaved in one process: every round
// times every arm once, in an order that turns, and a loop of multiply-adds or of reads, so that a
// share of the peak is of the peak that was there just then. Ratios are peer/ours over rounds, with
// their exact sign intervals; `best` is the peer with the lowest median. Limits (issue 3): at least
// the best peer everywhere, 88 % of the multiply-adds on large products, 92 % of the read bandwidth
// for one row and a weight that is in no cache.
//
//   linear_bench [--small] [--threads N] [--only large|few|memory|cold|cut]
//
// `ours` uses default_blocking, `tuned` the fastest of blocking_candidates in a short trial before.
// `cut` prints how long each candidate takes. In `memory` several rows meet a weight that is in no
// cache, as in a model that reads each once.
#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/format.h"
#include "core/hash.h"
#include "core/random.h"
#include "core/statistics/order_statistics.h"
#include "engine/kernels/cpu/fma_loop.h"
#include "engine/kernels/cpu/gemm.h"
#include "engine/kernels/cpu/linear_onednn.h"
#include "engine/kernels/cpu/memory_loops.h"
#include "engine/kernels/cpu/packed_linear.h"
#include "engine/kernels/cpu/sdpa_vector.h"
#include "engine/kernels/threads.h"

namespace assay {
namespace {

using kernels::LinearBlocking;
using kernels::PackedWeight;
using tensor::DType;
using tensor::TensorView;

struct Sizes {
  std::int64_t m, k, n;
  double flops() const { return 2.0 * static_cast<double>(m) * static_cast<double>(k * n); }
};

std::vector<float> numbers(std::int64_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values)
    value = static_cast<float>(random.uniform() * 2 - 1);
  return values;
}

/// BLIS is asked for when the program runs, so that nothing depends on it.
class Blis {
 public:
  Blis() : library_(dlopen("libblis.so.4", RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) return;
    gemm_ = reinterpret_cast<Gemm>(dlsym(library_, "cblas_sgemm"));
    threads_ = reinterpret_cast<Threads>(dlsym(library_, "bli_thread_set_num_threads"));
  }
  bool is_here() const { return gemm_ != nullptr && threads_ != nullptr; }
  void set_threads(int threads) const { threads_(threads); }
  void product(const Sizes& s, const float* x, const float* weight, float* y) const {
    const auto m = static_cast<int>(s.m), n = static_cast<int>(s.n), k = static_cast<int>(s.k);
    gemm_(101, 111, 112, m, n, k, 1.0F, x, k, weight, k, 0.0F, y, n);  // Row-major, W transposed.
  }

 private:
  using Gemm = void (*)(int, int, int, int, int, int, float, const float*, int, const float*, int,
                        float, float*, int);
  using Threads = void (*)(long);
  void* library_;
  Gemm gemm_ = nullptr;
  Threads threads_ = nullptr;
};

struct Arm {
  std::string name;
  std::function<void(std::int64_t)> run;  ///< With the index of the weight's copy.
  std::int64_t bytes = 0;                 ///< Of one weight.
  std::vector<double> seconds = {};       ///< A round each.
};

/// One shape with all its arms, each with copies of the weight of its own.
class Contest {
 public:
  Contest(const Sizes& sizes, std::int64_t copies, int threads)
      : sizes_(sizes),
        copies_(copies),
        threads_(threads),
        x_(numbers(sizes.m * sizes.k, 1)),
        weight_(numbers(sizes.n * sizes.k, 2)),
        y_(static_cast<std::size_t>(sizes.m * sizes.n)) {}
  Contest(const Contest&) = delete;
  Contest& operator=(const Contest&) = delete;

  void add_ours(DType stored, const std::string& name, const LinearBlocking& blocking) {
    const std::int64_t bytes = kernels::packed_weight_bytes(stored, sizes_.n, sizes_.k);
    auto memory =
        std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(bytes * copies_));
    auto scales = std::make_shared<std::vector<float>>(static_cast<std::size_t>(sizes_.n), 0.01F);
    std::vector<std::int8_t> integers(weight_.size());
    for (std::size_t i = 0; i < integers.size(); ++i)
      integers[i] = static_cast<std::int8_t>(weight_[i] * 100);
    const tensor::Dims shape{sizes_.n, sizes_.k};
    const bool is_i8 = stored == DType::kI8;
    const auto view = is_i8
                          ? tensor::dense_view(std::as_const(integers).data(), {stored, shape})
                          : tensor::dense_view(std::as_const(weight_).data(), {DType::kF32, shape});
    const std::span<std::byte> all(*memory);
    kernels::pack_weight(view, stored, all);
    const auto size = static_cast<std::size_t>(bytes);
    for (std::size_t i = 1; i < static_cast<std::size_t>(copies_); ++i)
      std::copy_n(all.begin(), size, all.begin() + static_cast<std::ptrdiff_t>(i * size));
    const PackedWeight first{memory->data(), stored, sizes_.n, sizes_.k,
                             is_i8 ? scales->data() : nullptr};
    auto scratch = std::make_shared<std::vector<std::byte>>(
        static_cast<std::size_t>(kernels::packed_linear_scratch(first, blocking, threads_)));
    arms_.push_back({name,
                     [=, this](std::int64_t copy) {
                       PackedWeight weight = first;
                       weight.data = memory->data() + copy * bytes;
                       (void)scales;
                       kernels::packed_linear(x(), weight, {}, y(), blocking, *scratch, threads_);
                     },
                     bytes});
  }

  void add_openblas() {
    const auto copies = plain_copies();
    arms_.push_back(
        {"OpenBLAS",
         [=, this](std::int64_t copy) {
           const TensorView<const float> weight(plain(*copies, copy), {sizes_.n, sizes_.k});
           const auto done = kernels::gemm_openblas(x(), weight, {.b = true}, y());
           ASSAY_CHECK(done.has_value(), "OpenBLAS multiplies");
         },
         sizes_.n * sizes_.k * 4});
  }

  void add_blis(const Blis& blis) {
    if (!blis.is_here()) return;
    const auto copies = plain_copies();
    arms_.push_back({"BLIS",
                     [=, this, &blis](std::int64_t copy) {
                       blis.product(sizes_, x_.data(), plain(*copies, copy), y_.data());
                     },
                     sizes_.n * sizes_.k * 4});
  }

  void add_onednn(kernels::OnednnProduct product, const std::string& name) {
    auto made = std::make_shared<std::vector<kernels::OnednnLinear>>();
    for (std::int64_t i = 0; i < copies_; ++i) {
      auto linear =
          kernels::OnednnLinear::create(product, sizes_.m, {weight_.data(), {sizes_.n, sizes_.k}});
      if (!linear) return;  // The library has no such product: nothing to compare with.
      made->push_back(std::move(*linear));
    }
    arms_.push_back({name,
                     [=, this](std::int64_t copy) {
                       auto& linear = (*made)[static_cast<std::size_t>(copy)];
                       ASSAY_CHECK(linear.run(x_.data(), y_.data()).has_value(),
                                   "oneDNN multiplies");
                     },
                     sizes_.n * sizes_.k * 4});
  }

  /// Every arm once a round; a sample is at least `floor` seconds or one pass over the copies.
  void measure(int rounds, double floor, const std::function<double()>& limit) {
    for (Arm& arm : arms_)
      time_arm(arm, 1);
    std::vector<std::int64_t> times;
    for (Arm& arm : arms_) {
      const double once = time_arm(arm, copies_ > 1 ? copies_ : 1);
      times.push_back(std::max<std::int64_t>(1, static_cast<std::int64_t>(floor / once)));
      if (copies_ > 1) times.back() = std::max(times.back(), copies_);
    }
    for (int round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < arms_.size(); ++i) {
        const std::size_t turn = (i + static_cast<std::size_t>(round)) % arms_.size();
        arms_[turn].seconds.push_back(time_arm(arms_[turn], times[turn]));
      }
      limits_.push_back(limit());
    }
  }

  const std::vector<Arm>& arms() const { return arms_; }
  double limit() const { return statistics::median(limits_); }
  double limit_of_round(std::size_t round) const { return limits_[round]; }
  const Sizes& sizes() const { return sizes_; }
  /// Mean size of an output of the arm: the same for all arms up to rounding.
  double mean_size(std::size_t arm) {
    arms_[arm].run(0);
    double sum = 0;
    for (const float element : y_)
      sum += std::abs(static_cast<double>(element));
    return sum / static_cast<double>(y_.size());
  }

 private:
  using Copies = std::shared_ptr<std::vector<float>>;
  Copies plain_copies() const {
    auto copies = std::make_shared<std::vector<float>>();
    for (std::int64_t i = 0; i < copies_; ++i)
      copies->insert(copies->end(), weight_.begin(), weight_.end());
    return copies;
  }
  const float* plain(const std::vector<float>& copies, std::int64_t copy) const {
    return copies.data() + copy * sizes_.n * sizes_.k;
  }
  TensorView<const float> x() const { return {x_.data(), {sizes_.m, sizes_.k}}; }
  TensorView<float> y() { return {y_.data(), {sizes_.m, sizes_.n}}; }

  double time_arm(Arm& arm, std::int64_t times) {
    const Nanoseconds start = SteadyClock::read();
    for (std::int64_t i = 0; i < times; ++i) {
      arm.run(next_);
      next_ = next_ + 1 < copies_ ? next_ + 1 : 0;
    }
    return Seconds(SteadyClock::read() - start).count() / static_cast<double>(times);
  }

  Sizes sizes_;
  std::int64_t copies_;
  int threads_;
  std::vector<float> x_, weight_, y_;
  std::vector<Arm> arms_;
  std::vector<double> limits_;
  std::int64_t next_ = 0;
};

LinearBlocking tuned_blocking(const Sizes& s, int threads, bool is_printed) {
  LinearBlocking best;
  double least = HUGE_VAL;
  for (const LinearBlocking& blocking : kernels::blocking_candidates(s.m, s.n, s.k, threads)) {
    Contest trial(s, 1, threads);
    trial.add_ours(DType::kF32, "ours", blocking);
    trial.measure(5, 4e-3, [] { return 0.0; });
    const double seconds = statistics::median(trial.arms()[0].seconds);
    if (is_printed) {
      std::printf("  %-20s %9.1f us %7.1f GFLOP/s\n", to_text(blocking).c_str(), seconds * 1e6,
                  s.flops() / seconds / 1e9);
    }
    if (seconds < least) {
      least = seconds;
      best = blocking;
    }
  }
  return best;
}

std::string ratio_text(const Arm& arm, const Arm& ours) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.seconds.size(); ++i)
    ratios.push_back(arm.seconds[i] / ours.seconds[i]);
  const auto interval = statistics::median_interval(ratios, 0.95);
  return format("{:4.2f} [{:.2f}, {:.2f}]", statistics::median(ratios), interval->low,
                interval->high);
}

double share_of_limit(const Contest& contest, const Arm& arm, double work) {
  std::vector<double> shares;
  for (std::size_t i = 0; i < arm.seconds.size(); ++i)
    shares.push_back(work / arm.seconds[i] / contest.limit_of_round(i));
  return 100 * statistics::median(shares);
}

/// "ours 85.1 GF/s 92 % | tuned ... | best peer oneDNN matmul 84.0 GF/s, 1.01 [0.99, 1.02] of
/// ours".
void print_products(const Contest& contest, const LinearBlocking& tuned) {
  const auto& arms = contest.arms();
  const double flops = contest.sizes().flops();
  const auto rate = [&](const Arm& arm) { return flops / statistics::median(arm.seconds) / 1e9; };
  std::printf("%5lld %5lld %6lld |", static_cast<long long>(contest.sizes().m),
              static_cast<long long>(contest.sizes().k), static_cast<long long>(contest.sizes().n));
  for (std::size_t i = 0; i < 2; ++i)
    std::printf(" %6.1f %3.0f%% |", rate(arms[i]), share_of_limit(contest, arms[i], flops));
  std::size_t best = 2;
  for (std::size_t i = 2; i < arms.size(); ++i) {
    std::printf(" %6.1f", rate(arms[i]));
    if (rate(arms[i]) > rate(arms[best])) best = i;
  }
  std::printf(" | %-9s %s %s | %s\n", arms[best].name.c_str(),
              ratio_text(arms[best], arms[0]).c_str(), ratio_text(arms[best], arms[1]).c_str(),
              to_text(tuned).c_str());
  std::fflush(stdout);
}

/// With copies of the weight of so many bytes in turn; 0: one copy.
std::string bench_products(const std::vector<Sizes>& list, int rounds, int threads,
                           const Blis& blis, std::int64_t bytes = 0) {
  std::printf(
      "    m     k      n |  ours GF/s | tuned GF/s | OpenBLAS%s oneDNN matmul, inner product |"
      " best/ours, best/tuned\n",
      blis.is_here() ? " BLIS" : "");
  std::string computed;
  for (const Sizes& s : list) {
    const LinearBlocking tuned = tuned_blocking(s, threads, false);
    Contest contest(s, std::max<std::int64_t>(1, bytes / (s.n * s.k * 4)), threads);
    contest.add_ours(DType::kF32, "ours", kernels::default_blocking(s.m, s.n, s.k, threads));
    contest.add_ours(DType::kF32, "tuned", tuned);
    contest.add_openblas();
    contest.add_blis(blis);
    contest.add_onednn(kernels::OnednnProduct::kMatmul, "matmul");
    contest.add_onednn(kernels::OnednnProduct::kInnerProduct, "inner");
    contest.measure(rounds, 5e-3, [&] {
      constexpr std::int64_t kPeakRounds = 200'000;
      const Nanoseconds start = SteadyClock::read();
      kernels::fma_loop(kPeakRounds, threads);
      return kernels::fma_loop_flops(kPeakRounds, threads) /
             Seconds(SteadyClock::read() - start).count();
    });
    print_products(contest, tuned);
    computed += format("{:.3g} ", contest.mean_size(0));
  }
  return computed;
}

/// One row, weights in no cache: GB/s of weights read against the read loop over as much memory.
std::string bench_cold(const std::vector<Sizes>& list, std::int64_t bytes, int rounds,
                       int threads) {
  std::printf("one row, %.0f MB of weights in turn: GB/s and share of the read loop\n",
              static_cast<double>(bytes) / 1e6);
  std::printf(
      "    k      n | f32        | f16        | bf16       | i8         | matmul     |"
      " inner      | matmul/ours, inner/ours, f16/f32, i8/f32 (time)\n");
  std::vector<float> memory(static_cast<std::size_t>(bytes / 4), 1.0F);
  std::string computed;
  for (const Sizes& s : list) {
    const std::int64_t copies = std::max<std::int64_t>(1, bytes / (s.n * s.k * 4));
    Contest contest(s, copies, threads);
    const LinearBlocking blocking = kernels::default_blocking(s.m, s.n, s.k, threads);
    for (const DType stored : {DType::kF32, DType::kF16, DType::kBf16, DType::kI8})
      contest.add_ours(stored, std::string(tensor::to_text(stored)), blocking);
    contest.add_onednn(kernels::OnednnProduct::kMatmul, "matmul");
    contest.add_onednn(kernels::OnednnProduct::kInnerProduct, "inner");
    contest.measure(rounds, 0, [&] {
      const Nanoseconds start = SteadyClock::read();
      kernels::read_loop(memory, threads);
      return static_cast<double>(bytes) / Seconds(SteadyClock::read() - start).count();
    });
    std::printf("%5lld %6lld |", static_cast<long long>(s.k), static_cast<long long>(s.n));
    for (const Arm& arm : contest.arms()) {
      const auto size = static_cast<double>(arm.bytes);
      std::printf(" %5.1f %3.0f%% |", size / statistics::median(arm.seconds) / 1e9,
                  share_of_limit(contest, arm, size));
    }
    const auto& arms = contest.arms();
    std::printf(" %s %s %s %s\n", ratio_text(arms[4], arms[0]).c_str(),
                ratio_text(arms[5], arms[0]).c_str(), ratio_text(arms[1], arms[0]).c_str(),
                ratio_text(arms[3], arms[0]).c_str());
    std::fflush(stdout);
    for (std::size_t arm = 0; arm < 4; ++arm)
      computed += format("{:.3g} ", contest.mean_size(arm));
  }
  return computed;
}

const std::vector<Sizes> kLarge{
    {512, 512, 512},   {1024, 1024, 1024}, {2048, 2048, 2048}, {128, 768, 768},  {128, 768, 2304},
    {128, 768, 3072},  {128, 3072, 768},   {197, 768, 768},    {197, 768, 2304}, {197, 768, 3072},
    {197, 3072, 768},  {512, 768, 768},    {512, 768, 3072},   {512, 3072, 768}, {2048, 768, 768},
    {2048, 768, 2304}, {2048, 768, 3072},  {2048, 3072, 768},  {2080, 384, 1536}};
const std::vector<Sizes> kFew{{32, 512, 512}, {65, 384, 384}, {65, 384, 1536}, {65, 1536, 384},
                              {8, 768, 768},  {8, 768, 3072}, {2, 768, 768},   {4, 768, 3072},
                              {1, 512, 512},  {1, 768, 3072}, {32, 512, 128}};
const std::vector<Sizes> kFromMemory{{32, 512, 512},   {65, 384, 1536},  {65, 1536, 384},
                                     {128, 768, 768},  {128, 768, 2304}, {128, 3072, 768},
                                     {197, 768, 3072}, {512, 768, 3072}};
const std::vector<Sizes> kCold{{1, 768, 768},   {1, 768, 3072},  {1, 3072, 768},
                               {1, 2048, 2048}, {1, 4096, 4096}, {1, 768, 50257}};

struct Options {
  bool small = false;
  int threads = 2;
  std::string only;
};

int run(const Options& options) {
  const Blis blis;
  kernels::set_threads(options.threads);
  if (blis.is_here()) blis.set_threads(options.threads);
  std::printf("products with packed weights, %d threads, %s, BLIS %s\n", options.threads,
              std::string(kernels::vector_target()).c_str(), blis.is_here() ? "here" : "not here");
  std::string computed;
  const auto wants = [&](const char* part) { return options.only.empty() || options.only == part; };
  const int rounds = options.small ? 6 : 15;
  if (options.small) {
    computed += bench_products({{65, 48, 100}, {7, 33, 40}}, rounds, options.threads, blis);
    computed += bench_cold({{1, 100, 200}}, 1'000'000, rounds, options.threads);
  } else {
    if (wants("few")) bench_products(kFew, rounds, options.threads, blis);
    if (wants("large")) bench_products(kLarge, rounds, options.threads, blis);
    if (wants("memory")) {
      std::printf("weights in no cache\n");
      bench_products(kFromMemory, rounds, options.threads, blis, 100'000'000);
    }
    if (wants("cold")) bench_cold(kCold, 800'000'000, 9, options.threads);
    for (const auto* list : {&kFew, &kLarge}) {
      for (const Sizes& s : *list) {
        if (options.only != "cut") break;
        std::printf("%lld x %lld x %lld\n", static_cast<long long>(s.m),
                    static_cast<long long>(s.k), static_cast<long long>(s.n));
        tuned_blocking(s, options.threads, true);
      }
    }
  }
  std::printf("checksum %s\n", to_hex(hash_bytes(computed)).c_str());
  return 0;
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  assay::Options options;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--small") == 0) options.small = true;
    if (std::strcmp(argv[i], "--threads") == 0 && i + 1 < argc)
      options.threads = std::stoi(argv[++i]);
    if (std::strcmp(argv[i], "--only") == 0 && i + 1 < argc) options.only = argv[++i];
  }
  return assay::run(options);
}
