// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>

#include "engine/kernels/cpu/gemm.h"
#include "engine/kernels/cpu/sdpa.h"
#include "engine/kernels/cpu/sdpa_vector.h"

namespace assay::kernels {
namespace {

using tensor::TensorView;

constexpr float kLog2E = 1.44269504F;

/// One call: its sizes, and where the scores of the heads worked on together lie.
struct Steps {
  SdpaInputs inputs;
  SdpaOptions options;
  TensorView<float> out;
  SdpaSizes sizes;
  float* scores;

  template <class T>
  TensorView<T> head_of(TensorView<T> tensor, std::int64_t head) const {
    return tensor[head / sizes.heads][head % sizes.heads];
  }
  TensorView<float> scores_at(std::int64_t slot) const {
    return {scores + slot * sizes.seq_q * sizes.seq_k, {sizes.seq_q, sizes.seq_k}};
  }
};

/// Calls `product` for every head of a group. Heads are divided among the threads where there are
/// enough of them (OpenBLAS then works in one thread each), else the library divides each product.
template <class Product>
Result<void> for_each_head(std::int64_t count, int threads, Product&& product) {
  std::optional<Error> failure;
  const int team = count >= threads ? threads : 1;
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
  for (std::int64_t slot = 0; slot < count; ++slot) {
    const Result<void> done = product(slot);
    if (!done) {
#pragma omp critical(assay_sdpa_failure)
      failure = done.error();
    }
  }
  if (failure) return *failure;
  return {};
}

void softmax_group(const Steps& steps, std::int64_t count) {
  const std::int64_t keys = steps.sizes.seq_k;
  const float scale = steps.options.scale * kLog2E;
#pragma omp parallel for num_threads(steps.options.threads) schedule(static)
  for (std::int64_t i = 0; i < count * steps.sizes.seq_q; ++i) {
    const std::span<float> row(steps.scores + i * keys, static_cast<std::size_t>(keys));
    for (float& score : row)
      score *= scale;
    softmax_row(row, keys_seen(i % steps.sizes.seq_q, keys, steps.options.causal));
  }
}

Result<void> attend_group(const Steps& steps, std::int64_t first, std::int64_t count) {
  ASSAY_TRY_VOID(for_each_head(count, steps.options.threads, [&](std::int64_t slot) {
    return gemm_openblas(steps.head_of(steps.inputs.q, first + slot),
                         steps.head_of(steps.inputs.k, first + slot), {.a = false, .b = true},
                         steps.scores_at(slot));
  }));
  softmax_group(steps, count);
  return for_each_head(count, steps.options.threads, [&](std::int64_t slot) {
    return gemm_openblas(steps.scores_at(slot), steps.head_of(steps.inputs.v, first + slot), {},
                         steps.head_of(steps.out, first + slot));
  });
}

}  // namespace

std::int64_t sdpa_math_scratch(const SdpaSizes& sizes, std::int64_t heads_at_once) {
  return heads_at_once * sizes.seq_q * sizes.seq_k;
}

Result<void> sdpa_math(const SdpaInputs& inputs, const SdpaOptions& options, TensorView<float> out,
                       std::span<float> scratch) {
  const SdpaSizes sizes = sdpa_sizes(inputs, out.shape());
  if (out.empty()) return {};
  const std::int64_t heads = sizes.batch * sizes.heads;
  const std::int64_t per_head = std::max<std::int64_t>(sizes.seq_q * sizes.seq_k, 1);
  const std::int64_t at_once = std::min(heads, std::ssize(scratch) / per_head);
  ASSAY_CHECK(at_once > 0 || sizes.seq_k == 0, "math attention has the scratch of one head");
  const Steps steps{inputs, options, out, sizes, scratch.data()};
  for (std::int64_t first = 0; first < heads; first += std::max<std::int64_t>(at_once, 1)) {
    const std::int64_t count = std::min(std::max<std::int64_t>(at_once, 1), heads - first);
    ASSAY_TRY_VOID(attend_group(steps, first, count));
  }
  return {};
}

}  // namespace assay::kernels
