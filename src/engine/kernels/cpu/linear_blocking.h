// SPDX-License-Identifier: MIT
// How a product with a packed weight is cut into tasks. The default is a rule from measurements
// (bench/linear_bench.cc); an autotuner times the candidates on the machine it runs on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace assay::kernels {

/// Of y[m, n] = x[m, k] W^T. Tasks are rows x columns of y; a task goes through k in steps of depth
/// and keeps columns * depth weights in the L2 cache meanwhile. A stream reads the weight once for
/// all rows, each thread a contiguous part of it: for few rows (kStreamRows at most).
struct LinearBlocking {
  bool is_stream = false;
  std::int64_t rows = 0;
  std::int64_t columns = 0;  ///< A multiple of kPanelColumns.
  std::int64_t depth = 0;
  bool operator==(const LinearBlocking&) const = default;
};
std::string to_text(const LinearBlocking& blocking);  ///< "stream" or "192 x 384 x 768"

/// Of one core. Weights beyond it come from further away each time they are read.
std::int64_t l2_cache_bytes();

LinearBlocking default_blocking(std::int64_t m, std::int64_t n, std::int64_t k, int threads);
/// The default first, then others that are worth timing. Never empty; all valid, none twice.
std::vector<LinearBlocking> blocking_candidates(std::int64_t m, std::int64_t n, std::int64_t k,
                                                int threads);

}  // namespace assay::kernels
