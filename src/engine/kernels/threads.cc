// SPDX-License-Identifier: MIT
#include "engine/kernels/threads.h"

#include <cblas.h>
#include <omp.h>

#include "core/check.h"

namespace assay::kernels {

void set_threads(int count) {
  ASSAY_CHECK_GE(count, 1, "work needs a thread");
  omp_set_dynamic(0);  // Else the runtime may give fewer threads than asked for.
  omp_set_num_threads(count);
  openblas_set_num_threads(count);
}

ThreadCounts count_threads() {
  ThreadCounts counts;
#pragma omp parallel
  {
#pragma omp single
    counts.openmp = omp_get_num_threads();
  }
  counts.openblas = openblas_get_num_threads();
  return counts;
}

void meet(int threads) {
#pragma omp parallel num_threads(threads)
  asm volatile("" : : : "memory");  // Else the region is nothing, and is left out.
}

void in_every_thread(const std::function<void()>& work) {
#pragma omp parallel
  work();
}

}  // namespace assay::kernels
