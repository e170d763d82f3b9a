// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/autotune.h"

#include <algorithm>

#include "core/clock.h"
#include "engine/kernels/cpu/gemm.h"
#include "engine/kernels/cpu/memory_loops.h"
#include "engine/kernels/cpu/sdpa_vector.h"
#include "engine/tensor/host_tensor.h"

namespace assay::cpu {
namespace {

using kernels::LinearBlocking;
using kernels::PackedWeight;
using tensor::HostTensor;
using Times = std::vector<Nanoseconds>;

constexpr std::size_t kRounds = 5;

Nanoseconds median_of(Times times) {
  std::ranges::sort(times);
  return times[times.size() / 2];
}

/// Memory that, once read, has driven all else out of the L2 caches; of no size where nothing is to
/// be driven out.
Result<HostTensor> make_broom(const TunedProduct& product) {
  const std::int64_t bytes =
      product.place == WeightIn::kCache ? 0 : 2 * product.threads * kernels::l2_cache_bytes();
  return HostTensor::create({tensor::DType::kU8, {bytes}});
}

/// Every candidate once a round, so that a drifting clock favours none; the first round warms up.
Result<std::vector<Times>> time_in_turns(const TunedProduct& product,
                                         const std::vector<LinearBlocking>& candidates) {
  const auto& [weight, m, threads, place] = product;
  ASSAY_TRY(const HostTensor x, HostTensor::create({tensor::DType::kF32, {m, weight.k}}));
  ASSAY_TRY(HostTensor y, HostTensor::create({tensor::DType::kF32, {m, weight.n}}));
  ASSAY_TRY(const HostTensor broom, make_broom(product));
  const std::span<const float> dust(reinterpret_cast<const float*>(broom.bytes().data()),
                                    broom.bytes().size() / sizeof(float));
  const std::vector<float> scales(static_cast<std::size_t>(weight.n), 1.0F);
  PackedWeight scaled = weight;
  if (weight.stored == tensor::DType::kI8) scaled.scales = scales.data();
  std::vector<Times> times(candidates.size());
  std::vector<std::byte> scratch;
  for (std::size_t round = 0; round <= kRounds; ++round) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const std::int64_t bytes = packed_linear_scratch(weight, candidates[i], threads);
      scratch.resize(static_cast<std::size_t>(bytes));
      (void)kernels::read_loop(dust, threads);
      const Nanoseconds begin = SteadyClock::read();
      packed_linear(x.view().as<float>(), scaled, {}, y.view().as<float>(), candidates[i], scratch,
                    threads);
      if (round > 0) times[i].push_back(SteadyClock::read() - begin);
    }
  }
  return times;
}

}  // namespace

WeightIn weight_in(Bytes all_weights, int threads) {
  const bool fits = all_weights.count() <= threads * kernels::l2_cache_bytes();
  return fits ? WeightIn::kCache : WeightIn::kMemory;
}

std::string to_text(const TunedProduct& product) {
  const auto& [weight, m, threads, place] = product;
  return format("linear {} {}x{}x{} from {}, {} threads, {}, oneDNN {}, OpenBLAS {}",
                tensor::to_text(weight.stored), m, weight.k, weight.n,
                place == WeightIn::kCache ? "cache" : "memory", threads, kernels::vector_target(),
                kernels::onednn_version(), kernels::openblas_build().version);
}

Result<TunedBlocking> tuned_blocking(const TunedProduct& product, backend::Winners& winners) {
  const std::vector<LinearBlocking> candidates =
      kernels::blocking_candidates(product.m, product.weight.n, product.weight.k, product.threads);
  const std::string what = to_text(product);
  if (const auto winner = winners.find(what)) {
    for (const LinearBlocking& candidate : candidates) {
      if (to_text(candidate) == *winner)
        return TunedBlocking{candidate, backend::Choice::kRemembered};
    }
  }
  ASSAY_TRY(const std::vector<Times> times, time_in_turns(product, candidates));
  std::size_t best = 0;
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    if (median_of(times[i]) < median_of(times[best])) best = i;
  }
  winners.keep(what, to_text(candidates[best]));
  return TunedBlocking{candidates[best], backend::Choice::kTimed};
}

}  // namespace assay::cpu
