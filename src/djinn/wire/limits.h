// SPDX-License-Identifier: MIT
// How large anything on the wire may be, in one place: a peer that says more is refused before a
// byte of it is stored. The body is the message; the payload is bulk bytes behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "djinn/wire/opcode.h"

namespace assay::djinn {

struct OpcodeLimits {
  Opcode opcode;
  std::string_view name;
  Speaker speaker;
  std::uint32_t body_max;
  std::uint32_t payload_max;
  /// Passes when a connection has used up its credits: what frees something, or asks for little.
  bool is_control;
};

/// Every opcode, in the order of their numbers.
std::span<const OpcodeLimits> opcode_limits();
const OpcodeLimits& limits_of(Opcode opcode);

// Within bodies. Counts are also bounded by the bytes that are there.
inline constexpr std::size_t kNameMax = 4096;       ///< Bytes of a name; that of engine/graph.
inline constexpr std::size_t kTextMax = 65'536;     ///< Of a message of an error or a reason.
inline constexpr std::size_t kTensorsMax = 4096;    ///< Inputs or outputs of one call.
inline constexpr std::size_t kWeightsMax = 65'536;  ///< Of one model.
inline constexpr std::size_t kRowsMax = 4096;       ///< Sequences of one session.
inline constexpr std::size_t kTokensMax = 1 << 20;  ///< Of one request, over all rows.

/// Tensors lie at multiples of it in a payload, so that they are used where they arrived.
inline constexpr std::size_t kPayloadAlignment = 64;

}  // namespace assay::djinn
