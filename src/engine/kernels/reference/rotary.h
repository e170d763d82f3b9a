// SPDX-License-Identifier: MIT
// Reference rotary embedding: positions as rotations of pairs of elements.
#pragma once

#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

enum class RotaryPairing : std::uint8_t {
  kHalves,      ///< Pair i is (i, i + D / 2).
  kNeighbours,  ///< Pair i is (2i, 2i + 1).
};

/// x is [B, T, H, D], positions i32 [B, T], frequencies [D / 2]; pair i of token t turns by the
/// angle positions[b, t] frequencies[i].
void rotary_reference(const ConstAnyView& x, const ConstAnyView& positions,
                      const ConstAnyView& frequencies, RotaryPairing pairing, const AnyView& y);

}  // namespace assay::kernels
