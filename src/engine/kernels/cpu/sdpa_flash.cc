// SPDX-License-Identifier: MIT
#include <omp.h>

#include "engine/kernels/cpu/sdpa.h"
#include "engine/kernels/cpu/sdpa_vector.h"

namespace assay::kernels {
namespace {

using tensor::TensorView;

/// Scratch of one thread: the packed head, then what a block needs. Each part starts a cache line.
struct ThreadScratch {
  std::int64_t keys;
  std::int64_t values;
  std::int64_t block;
  std::int64_t total() const { return keys + values + block; }
};

constexpr std::int64_t kLineFloats = 16;

ThreadScratch thread_scratch(const SdpaSizes& sizes) {
  return {.keys = tensor::round_up(packed_keys_size(sizes.seq_k, sizes.head_dim), kLineFloats),
          .values = tensor::round_up(packed_values_size(sizes.seq_k, sizes.head_dim), kLineFloats),
          .block = tensor::round_up(attend_scratch_size(sizes.head_dim), kLineFloats)};
}

/// One thread's view of the call: packs a head when it first meets it, then attends block by block.
class HeadWorker {
 public:
  HeadWorker(const SdpaInputs& inputs, const SdpaOptions& options, TensorView<float> out,
             float* scratch)
      : inputs_(inputs), options_(options), out_(out), sizes_(sdpa_sizes(inputs, out.shape())) {
    const ThreadScratch parts = thread_scratch(sizes_);
    keys_ = scratch;
    values_ = keys_ + parts.keys;
    block_ = values_ + parts.values;
  }

  void attend_blocks(std::int64_t head, std::int64_t first_block, std::int64_t end_block) {
    const std::int64_t b = head / sizes_.heads;
    const std::int64_t h = head % sizes_.heads;
    if (packed_head_ != head) {
      pack_keys(inputs_.k[b][h], keys_);
      pack_values(inputs_.v[b][h], values_);
      packed_head_ = head;
    }
    for (std::int64_t i = first_block; i < end_block; ++i) {
      const std::int64_t first = i * kBlockRows;
      const std::int64_t rows = std::min(kBlockRows, sizes_.seq_q - first);
      attend({.queries = inputs_.q[b][h].narrow(0, first, rows),
              .first = first,
              .packed_keys = keys_,
              .packed_values = values_,
              .seq_k = sizes_.seq_k,
              .options = options_,
              .out = out_[b][h].narrow(0, first, rows)},
             block_);
    }
  }

 private:
  SdpaInputs inputs_;
  SdpaOptions options_;
  TensorView<float> out_;
  SdpaSizes sizes_;
  float* keys_;
  float* values_;
  float* block_;
  std::int64_t packed_head_ = -1;
};

}  // namespace

std::int64_t sdpa_flash_scratch(const SdpaSizes& sizes, int threads) {
  return threads * thread_scratch(sizes).total() + kLineFloats;
}

void sdpa_flash(const SdpaInputs& inputs, const SdpaOptions& options, TensorView<float> out,
                std::span<float> scratch) {
  const SdpaSizes sizes = sdpa_sizes(inputs, out.shape());
  ASSAY_CHECK_GE(std::ssize(scratch), sdpa_flash_scratch(sizes, options.threads),
                 "flash attention has the scratch it asked for");
  if (out.empty()) return;
  const std::int64_t heads = sizes.batch * sizes.heads;
  const std::int64_t blocks = (sizes.seq_q + kBlockRows - 1) / kBlockRows;
  // With few heads a head's blocks are divided among the threads, and each thread packs the head
  // for itself: 2 * seq_k * head_dim copies against seq_q times as many multiply-adds.
  const std::int64_t share = heads >= 4 * options.threads ? blocks : 1;
  const std::int64_t shares = blocks / share;
  const auto misplaced = static_cast<std::int64_t>(
      reinterpret_cast<std::uintptr_t>(scratch.data()) / sizeof(float) % kLineFloats);
  float* aligned = scratch.data() + (kLineFloats - misplaced) % kLineFloats;
#pragma omp parallel num_threads(options.threads)
  {
    HeadWorker worker(inputs, options, out,
                      aligned + omp_get_thread_num() * thread_scratch(sizes).total());
#pragma omp for schedule(dynamic, 1)
    for (std::int64_t item = 0; item < heads * shares; ++item) {
      const std::int64_t first = item % shares * share;
      worker.attend_blocks(item / shares, first, first + share);
    }
  }
}

}  // namespace assay::kernels
