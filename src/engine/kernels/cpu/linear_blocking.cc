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

const Caches& caches() {
  static const Caches sizes;
  return sizes;
}

/// What a task costs, in multiply-adds: its own, and what loading its rows of x into the L1 cache
/// and its weights into the L2 takes from them. Weights of 1/8 and 1/10 of a tile's columns follow
/// from 32 and 10 bytes a cycle.
double task_cost(std::int64_t rows, std::int64_t columns) {
  const auto tile = static_cast<double>(linear_tile_columns());
  const auto m = static_cast<double>(rows);
  const auto n = static_cast<double>(columns);
  return m * n + tile / 8 * m + tile / 10 * n;
}

/// Rows and columns of a task, so that the busiest thread is done first; columns at most as given.
void divide_among(int threads, std::int64_t m, std::int64_t n, LinearBlocking& blocking) {
  const std::int64_t tile_rows = linear_tile_rows();
  const std::int64_t tile_columns = linear_tile_columns();
  const std::int64_t across_min = ceil_divide(n, blocking.columns);
  const std::int64_t tasks_max = std::int64_t{4} * threads;
  double least = 0;
  for (std::int64_t across = across_min; across <= across_min + tasks_max; ++across) {
    for (std::int64_t down = 1; down == 1 || down <= tasks_max; ++down) {
      const std::int64_t rows = even_piece(m, ceil_divide(m, down), tile_rows);
      const std::int64_t columns = even_piece(n, ceil_divide(n, across), tile_columns);
      const std::int64_t tasks = ceil_divide(m, rows) * ceil_divide(n, columns);
      const double cost = static_cast<double>(ceil_divide(tasks, threads)) *
                          task_cost(std::min(rows, m), std::min(columns, n));
      if (least == 0 || cost < least) {
        least = cost;
        blocking.rows = std::min(rows, m);
        blocking.columns = columns;
      }
    }
  }
}

LinearBlocking blocking_for(std::int64_t m, std::int64_t n, std::int64_t k, int threads,
                            double l1_share, double l2_share) {
  m = std::max<std::int64_t>(m, 1);
  n = std::max<std::int64_t>(n, 1);
  const std::int64_t tile_columns = linear_tile_columns();
  const auto in_l1 = static_cast<std::int64_t>(static_cast<double>(caches().l1) * l1_share);
  const auto in_l2 = static_cast<std::int64_t>(static_cast<double>(caches().l2) * l2_share);
  LinearBlocking blocking;
  // A tile's rows of x leave a part of the L1 cache to the panels that stream by.
  blocking.depth = even_piece(k, in_l1 / linear_tile_rows(), 8);
  blocking.columns = even_piece(n, in_l2 / blocking.depth, tile_columns);
  blocking.rows = m;
  if (threads > 1) divide_among(threads, m, n, blocking);
  return blocking;
}

}  // namespace

std::string to_text(const LinearBlocking& blocking) {
  if (blocking.is_stream) return "stream";
  return format("{} x {} x {}", blocking.rows, blocking.columns, blocking.depth);
}

std::int64_t l2_cache_bytes() {
  return caches().l2 * static_cast<std::int64_t>(sizeof(float));
}

LinearBlocking default_blocking(std::int64_t m, std::int64_t n, std::int64_t k, int threads) {
  // Few rows are soon through a block: the next one has to fit beside it, because it is fetched
  // meanwhile. Many rows read x again for every block: few blocks are better.
  constexpr std::int64_t kManyRows = 1'024;
  LinearBlocking blocking = blocking_for(m, n, k, threads, 0.8, m < kManyRows ? 0.25 : 0.5);
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
