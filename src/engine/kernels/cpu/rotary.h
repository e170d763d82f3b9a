// SPDX-License-Identifier: MIT
// Rotary position embedding: pairs of a head's elements are turned by an angle that grows with the
// position. Angles are reduced in double precision, so that position 100,000 is as exact as 1.
#pragma once

#include <optional>
#include <string_view>

#include "engine/tensor/tensor_view.h"

namespace assay::kernels {

/// Which elements form pair i of D: (i, i + D/2), as Llama's checkpoints on Hugging Face store
/// them, or (2i, 2i + 1).
enum class Pairing : std::uint8_t { kHalves, kNeighbours };
std::string_view to_text(Pairing pairing);  ///< "halves", "neighbours"
std::optional<Pairing> parse_pairing(std::string_view text);

/// x and y are [B, T, H, D] with D even and contiguous heads, positions [B, T], frequencies [D/2].
/// The angle of pair i is position * frequencies[i]. y may be x.
void rotary(tensor::TensorView<const float> x, tensor::TensorView<const std::int32_t> positions,
            tensor::TensorView<const float> frequencies, Pairing pairing,
            tensor::TensorView<float> y, int threads);

}  // namespace assay::kernels
