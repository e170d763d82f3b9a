// SPDX-License-Identifier: MIT
// How many threads the libraries and our own kernels use: set explicitly, and counted back. All
// share one OpenMP pool (the OpenMP build of OpenBLAS, oneDNN's OpenMP runtime, our own loops).
#pragma once

#include <functional>

namespace assay::kernels {

void set_threads(int count);

struct ThreadCounts {
  int openmp = 0;    ///< Threads that really met in a parallel region.
  int openblas = 0;  ///< What OpenBLAS says of itself.
};
ThreadCounts count_threads();

/// A parallel region of so many threads that does nothing: what sending them off and waiting costs.
void meet(int threads);

/// Once in every thread of the pool, the caller among them, at the same time.
void in_every_thread(const std::function<void()>& work);

}  // namespace assay::kernels
