// SPDX-License-Identifier: MIT
// Is this matrix the product of those two? Never too expensive to ask: every element against fp64
// where that is cheap, else Freivalds' check of all elements and a few rows exactly.
#pragma once

#include <cstdint>

#include "engine/kernels/gemm_sizes.h"
#include "lab/workload/workload.h"

namespace assay::workload {

struct GemmProduct {
  tensor::TensorView<const float> a;
  tensor::TensorView<const float> b;
  kernels::Transposes transposes;
  tensor::TensorView<const float> c;  ///< Said to be op(a) * op(b).
};

/// Multiply-adds up to which every element is calculated again: about 50 ms of obvious loops.
inline constexpr double kFullCheckMax = 5e7;

/// `seed` draws Freivalds' vector and the rows.
Verdict check_gemm(const GemmProduct& product, std::uint64_t seed,
                   double full_check_max = kFullCheckMax);

/// Largest error of c * x against a * (b * x), x random and all in fp64, over the root mean square
/// of the latter. A wrong element of c shows in its row; that errors cancel has probability zero.
double freivalds_error(const GemmProduct& product, std::uint64_t seed);

}  // namespace assay::workload
