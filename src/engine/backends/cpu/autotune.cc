// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/autotune.h"

#include <algorithm>

#include "core/clock.h"
#include "engine/kernels/cpu/gemm.h"
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

/// Every candidate once a round, so that a drifting clock favours none; the first round warms up.
Result<std::vector<Times>> time_in_turns(const PackedWeight& weight, std::int64_t m, int threads,
                                         const std::vector<LinearBlocking>& candidates) {
  ASSAY_TRY(const HostTensor x, HostTensor::create({tensor::DType::kF32, {m, weight.k}}));
  ASSAY_TRY(HostTensor y, HostTensor::create({tensor::DType::kF32, {m, weight.n}}));
  const std::vector<float> scales(static_cast<std::size_t>(weight.n), 1.0F);
  PackedWeight scaled = weight;
  if (weight.stored == tensor::DType::kI8) scaled.scales = scales.data();
  std::vector<Times> times(candidates.size());
  std::vector<std::byte> scratch;
  for (std::size_t round = 0; round <= kRounds; ++round) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const std::int64_t bytes = packed_linear_scratch(weight, candidates[i], threads);
      scratch.resize(static_cast<std::size_t>(bytes));
      const Nanoseconds begin = SteadyClock::read();
      packed_linear(x.view().as<float>(), scaled, {}, y.view().as<float>(), candidates[i], scratch,
                    threads);
      if (round > 0) times[i].push_back(SteadyClock::read() - begin);
    }
  }
  return times;
}

}  // namespace

std::string tuned_product(const PackedWeight& weight, std::int64_t m, int threads) {
  return format("linear {} {}x{}x{}, {} threads, {}, oneDNN {}, OpenBLAS {}",
                tensor::to_text(weight.stored), m, weight.k, weight.n, threads,
                kernels::vector_target(), kernels::onednn_version(),
                kernels::openblas_build().version);
}

Result<TunedBlocking> tuned_blocking(const PackedWeight& weight, std::int64_t m, int threads,
                                     backend::Winners& winners) {
  const std::vector<LinearBlocking> candidates =
      kernels::blocking_candidates(m, weight.n, weight.k, threads);
  const std::string what = tuned_product(weight, m, threads);
  if (const auto winner = winners.find(what)) {
    for (const LinearBlocking& candidate : candidates) {
      if (to_text(candidate) == *winner)
        return TunedBlocking{candidate, backend::Choice::kRemembered};
    }
  }
  ASSAY_TRY(const std::vector<Times> times, time_in_turns(weight, m, threads, candidates));
  std::size_t best = 0;
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    if (median_of(times[i]) < median_of(times[best])) best = i;
  }
  winners.keep(what, to_text(candidates[best]));
  return TunedBlocking{candidates[best], backend::Choice::kTimed};
}

}  // namespace assay::cpu
