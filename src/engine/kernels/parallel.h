// SPDX-License-Identifier: MIT
// Work divided among the threads of the one OpenMP pool: at most one parallel region a call, and
// none where one thread is asked for or enough.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstdint>

namespace assay::kernels {

/// work(task, thread) for every task; a thread takes the next one when it is free, so that tasks
/// of unequal length, or a disturbed thread, do not leave the others waiting.
template <class Work>
void for_each_task(std::int64_t count, int threads, Work&& work) {
  const int team = static_cast<int>(std::min<std::int64_t>(count, threads));
  if (team <= 1) {
    for (std::int64_t task = 0; task < count; ++task)
      work(task, 0);
    return;
  }
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
  for (std::int64_t task = 0; task < count; ++task)
    work(task, omp_get_thread_num());
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
