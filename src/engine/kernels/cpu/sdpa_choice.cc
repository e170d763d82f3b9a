// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/sdpa.h"

namespace assay::kernels {
namespace {

// Flash packs every key and value once per call, which only pays when enough queries use them.
// Time of math over time of flash on Zen 3 (AVX2, one thread, 8 heads, D = 64 and 128, medians of
// 21 ABBA rounds on a busy machine): 1 to 8 queries over 1024 keys 0.66-0.88, 16 queries 0.92 and
// 0.74; squares of 32: 1.03 and 0.85, of 64: 1.07 and 0.96, of 128: 1.12 and 1.07.
constexpr std::int64_t kFlashQueries = 64;

}  // namespace

std::string_view to_text(SdpaKernel kernel) {
  return kernel == SdpaKernel::kMath ? "math" : "flash";
}

SdpaChoice choose_sdpa(const SdpaSizes& sizes) {
  if (sizes.seq_q < kFlashQueries) {
    return {SdpaKernel::kMath,
            format("fewer than {} queries do not repay the packing of keys", kFlashQueries)};
  }
  return {SdpaKernel::kFlash, format("at least {} queries share the packed keys", kFlashQueries)};
}

}  // namespace assay::kernels
