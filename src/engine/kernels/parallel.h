// SPDX-License-Identifier: MIT
// Work divided among the threads of the one OpenMP pool: at most one parallel region a call, and
// none where one thread is asked for or enough.
#pragma once

#include <omp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

namespace assay::kernels {

/// Threads that one call can use; on the stack, so that no call allocates.
inline constexpr int kTeamMax = 128;

/// work(task, thread) for every task. Each thread has a contiguous share of its own, the same in
/// every call of the same size, so that what it reads may still be in its caches; a thread that has
/// finished takes what others have not begun.
template <class Work>
void for_each_task(std::int64_t count, int threads, Work&& work) {
  const int team = static_cast<int>(std::min<std::int64_t>({count, threads, kTeamMax}));
  if (team <= 1) {
    for (std::int64_t task = 0; task < count; ++task)
      work(task, 0);
    return;
  }
  struct alignas(64) Share {  // A cache line each.
    std::atomic<std::int64_t> next;
    std::int64_t end;
  };
  std::array<Share, kTeamMax> shares;
  for (int i = 0; i < team; ++i) {
    Share& share = shares[static_cast<std::size_t>(i)];
    share.next.store(count * i / team, std::memory_order_relaxed);
    share.end = count * (i + 1) / team;
  }
#pragma omp parallel num_threads(team)
  {
    const int thread = omp_get_thread_num();
    for (int turn = 0; turn < team; ++turn) {
      Share& share = shares[static_cast<std::size_t>((thread + turn) % team)];
      while (share.next.load(std::memory_order_relaxed) < share.end) {
        const std::int64_t task = share.next.fetch_add(1, std::memory_order_relaxed);
        if (task < share.end) work(task, thread);
      }
    }
  }
}

/// work(first, end) for one contiguous part per thread, of at least `smallest` where there are
/// several: below that a second thread costs more than it brings.
template <class Work>
void for_each_part(std::int64_t size, std::int64_t smallest, int threads, Work&& work) {
  const std::int64_t parts =
      std::clamp<std::int64_t>(size / std::max<std::int64_t>(smallest, 1), 1, threads);
  for_each_task(parts, threads, [&](std::int64_t part, int) {
    const std::int64_t first = size / parts * part + std::min(part, size % parts);
    work(first, first + size / parts + (part < size % parts ? 1 : 0));
  });
}

}  // namespace assay::kernels
