// SPDX-License-Identifier: MIT
// The bytes of a fuzz target as text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

inline std::string text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}
