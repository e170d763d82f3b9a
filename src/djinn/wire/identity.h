// SPDX-License-Identifier: MIT
// What things are known by across the wire: fixed numbers of bytes, compared and shown as such.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace assay::djinn {

/// Bytes with a meaning of their own, so that one is never taken for another.
template <class Tag, std::size_t kSize>
struct Identity {
  std::array<std::byte, kSize> bytes{};
  auto operator<=>(const Identity&) const = default;
  bool is_zero() const { return *this == Identity{}; }
};

/// A weight: what its type and bytes hash to (content_id.h).
using ContentId = Identity<struct ContentTag, 32>;
/// A loaded model: the fingerprint of its graph, weights and options.
using ModelId = Identity<struct ModelTag, 16>;
/// A start of a server, drawn at random: another one means that what the last one held is gone.
using Epoch = Identity<struct EpochTag, 16>;
/// Who shows it owns the session. Drawn at random, compared in constant time, never shown.
using Capability = Identity<struct CapabilityTag, 16>;

std::string to_hex(std::span<const std::byte> bytes);
/// Exactly as many bytes as fit; an error says what else was there.
Result<void> parse_hex(std::string_view text, std::span<std::byte> into);

/// Takes the same time wherever they differ.
bool equal_in_constant_time(std::span<const std::byte> left, std::span<const std::byte> right);

}  // namespace assay::djinn
