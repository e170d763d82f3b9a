// SPDX-License-Identifier: MIT
// The name of a session: a place and how often the place was used before. A name that was closed
// never means the session that lives there now.
#pragma once

#include <compare>
#include <cstdint>

namespace assay::djinn {

struct SessionId {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;  ///< 0: no session.

  constexpr auto operator<=>(const SessionId&) const = default;
  /// As one number, for the wire.
  constexpr std::uint64_t packed() const {
    return std::uint64_t{generation} << 32U | std::uint64_t{index};
  }
  static constexpr SessionId unpack(std::uint64_t packed) {
    return {.index = static_cast<std::uint32_t>(packed),
            .generation = static_cast<std::uint32_t>(packed >> 32U)};
  }
};

}  // namespace assay::djinn
