// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/sdpa.h"

namespace assay::kernels {
namespace {

// A tile of queries holds 16, however few there are; up to 4 go one by one, and a single one is
// bound by memory. Time of math (OpenBLAS, the better of all heads at once and head by head) over
// time of flash, 12 heads of 64 over 1024 keys, one thread, least of about 1 s, on Sapphire Rapids
// with AVX-512 and held to AVX2: 1 query 1.03 and 2.17, 4 queries 0.89 and 0.95, 5 queries 0.97 and
// 0.98, 8 queries 1.00 and 1.00, 16 queries 1.50 and 1.40. Squares of 16, 65, 128, 256, 1024: 1.36,
// 1.14, 1.34, 1.23, 1.23 and 1.33, 0.96, 1.09, 1.07, 1.12.
constexpr std::int64_t kFlashQueries = 16;

}  // namespace

std::string_view to_text(SdpaKernel kernel) {
  return kernel == SdpaKernel::kMath ? "math" : "flash";
}

SdpaChoice choose_sdpa(const SdpaSizes& sizes) {
  if (sizes.seq_q == 1) {
    return {SdpaKernel::kFlash, "without further queries keys and values are read once"};
  }
  if (sizes.seq_q < kFlashQueries) {
    return {SdpaKernel::kMath,
            format("fewer than {} queries leave a tile half empty", kFlashQueries)};
  }
  return {SdpaKernel::kFlash, format("at least {} queries fill a tile", kFlashQueries)};
}

}  // namespace assay::kernels
