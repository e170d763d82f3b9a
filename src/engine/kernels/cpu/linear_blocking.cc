// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/linear_blocking.h"

#include <unistd.h>

#include <algorithm>

#include "core/format.h"
#include "engine/kernels/cpu/linear_vector.h"
#include "engine/tensor/shape.h"

namespace assay::kernels {
namespace {

std::int64_t ceil_divide(std::int64_t value, std::int64_t by) {
  return (value + by - 1) / by;
}

/// `size` cut into pieces of at most `piece`, as equal as multiples of `unit` allow.
std::int64_t even_piece(std::int64_t size, std::int64_t piece, std::int64_t unit) {
  const std::int64_t pieces = std::max<std::int64_t>(ceil_divide(size, std::max(piece, unit)), 1);
  return std::max(tensor::round_up(ceil_divide(size, pieces), unit), unit);
}

std::int64_t cache_floats(int name, std::int64_t otherwise) {
  const long bytes = sysconf(name);
  return (bytes > 0 ? bytes : otherwise) / static_cast<std::int64_t>(sizeof(float));
}

struct Caches {
  std::int64_t l1 = cache_floats(_SC_LEVEL1_DCACHE_SIZE, 32 * 1024);
  std::int64_t l2 = cache_floats(_SC_LEVEL2_CACHE_SIZE, 512 * 1024);
};

/// A tile's rows of x should leave a part of the L1 cache to the panels that stream by.
LinearBlocking blocking_for(std::int64_t m, std::int64_t n, std::int64_t k, int threads,
                            double l1_share, double l2_share) {
  static const Caches caches;
  m = std::max<std::int64_t>(m, 1);
  n = std::max<std::int64_t>(n, 1);
  const std::int64_t tile_rows = linear_tile_rows();
  const std::int64_t tile_columns = linear_tile_columns();
  const auto in_l1 = static_cast<std::int64_t>(static_cast<double>(caches.l1) * l1_share);
  const auto in_l2 = static_cast<std::int64_t>(static_cast<double>(caches.l2) * l2_share);
  LinearBlocking blocking;
  blocking.depth = even_piece(k, in_l1 / tile_rows, 8);
  blocking.columns = even_piece(n, in_l2 / blocking.depth, tile_columns);
  blocking.rows = m;
  if (threads == 1) return blocking;
  // Columns are divided first, because each thread then reads a weight of its own and only x is
  // shared; a task should stay at least two tiles wide.
  const std::int64_t wanted = std::int64_t{4} * threads;
  const std::int64_t tasks = tensor::round_up(ceil_divide(n, blocking.columns), threads);
  const std::int64_t narrowest = 2 * tile_columns;
  blocking.columns = even_piece(n, std::max(n / std::max(tasks, wanted), narrowest), tile_columns);
  const std::int64_t across = ceil_divide(n, blocking.columns);
  if (across < wanted) {
    const std::int64_t down = ceil_divide(wanted, across);
    blocking.rows = even_piece(m, std::max(m / down, 4 * tile_rows), tile_rows);
  }
  return blocking;
}

}  // namespace

std::string to_text(const LinearBlocking& blocking) {
  if (blocking.is_stream) return "stream";
  return format("{} x {} x {}", blocking.rows, blocking.columns, blocking.depth);
}

LinearBlocking default_blocking(std::int64_t m, std::int64_t n, std::int64_t k, int threads) {
  LinearBlocking blocking = blocking_for(m, n, k, threads, 0.8, 0.5);
  blocking.is_stream = m <= kStreamRows;
  return blocking;
}

std::vector<LinearBlocking> blocking_candidates(std::int64_t m, std::int64_t n, std::int64_t k,
                                                int threads) {
  std::vector<LinearBlocking> candidates{default_blocking(m, n, k, threads)};
  const auto add = [&](LinearBlocking blocking) {
    if (std::ranges::find(candidates, blocking) == candidates.end()) candidates.push_back(blocking);
  };
  for (const double l1_share : {0.4, 0.8, 1.6}) {
    for (const double l2_share : {0.25, 0.5, 0.75})
      add(blocking_for(m, n, k, threads, l1_share, l2_share));
  }
  return candidates;
}

}  // namespace assay::kernels
