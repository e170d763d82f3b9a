// SPDX-License-Identifier: MIT
#include "djinn/wire/identity.h"

#include <optional>

namespace assay::djinn {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

std::optional<unsigned> digit_of(char letter) {
  const std::size_t value = kDigits.find(letter);
  if (value == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(value);
}

}  // namespace

std::string to_hex(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    text += kDigits[static_cast<std::size_t>(byte) >> 4U];
    text += kDigits[static_cast<std::size_t>(byte) & 0xFU];
  }
  return text;
}

Result<void> parse_hex(std::string_view text, std::span<std::byte> into) {
  if (text.size() != into.size() * 2) {
    return Error::user("{} letters; expected {} hexadecimal digits", text.size(), into.size() * 2);
  }
  for (std::size_t i = 0; i < into.size(); ++i) {
    const auto high = digit_of(text[2 * i]);
    const auto low = digit_of(text[2 * i + 1]);
    if (!high || !low) {
      return Error::user("byte {} is no pair of hexadecimal digits, 0 to 9 and a to f", i);
    }
    into[i] = static_cast<std::byte>(*high << 4U | *low);
  }
  return {};
}

bool equal_in_constant_time(std::span<const std::byte> left, std::span<const std::byte> right) {
  if (left.size() != right.size()) return false;  // How long a secret is, is no secret.
  volatile unsigned difference = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    difference = difference | static_cast<unsigned>(left[i] ^ right[i]);
  }
  return difference == 0;
}

}  // namespace assay::djinn
