// SPDX-License-Identifier: MIT
// What this machine's arithmetic can do at most, just now: f32 multiply-adds in registers on so
// many threads. A rate above it means that not all of the work was done.
#pragma once

namespace assay::workload {

/// FLOP/s, the best of a few repetitions; takes about a millisecond.
double flops_peak(int threads);

}  // namespace assay::workload
