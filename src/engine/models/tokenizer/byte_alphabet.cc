// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/byte_alphabet.h"

#include <array>
#include <cstdint>

#include "engine/models/tokenizer/unicode.h"

namespace assay::models {
namespace {

constexpr bool stands_for_itself(unsigned byte) {
  return (0x21 <= byte && byte <= 0x7E) || (0xA1 <= byte && byte <= 0xAC) || byte >= 0xAE;
}

constexpr char32_t kMoved = 0x100;
constexpr int kMovedCount = 68;

struct Alphabet {
  std::array<char32_t, 256> written{};
  std::array<std::uint8_t, kMovedCount> moved{};  ///< The byte of kMoved + i.
};

constexpr Alphabet kAlphabet = [] {
  Alphabet alphabet;
  std::size_t moved = 0;
  for (unsigned byte = 0; byte < 256; ++byte) {
    alphabet.written[byte] = byte;
    if (stands_for_itself(byte)) continue;
    alphabet.written[byte] = kMoved + static_cast<char32_t>(moved);
    alphabet.moved[moved++] = static_cast<std::uint8_t>(byte);
  }
  return alphabet;
}();
static_assert(kAlphabet.written[' '] == 0x120 && kAlphabet.written['\n'] == 0x10A);
static_assert(kAlphabet.moved[kMovedCount - 1] == 0xAD, "every byte that moved has its place");

}  // namespace

std::optional<std::string> bytes_of_written(std::string_view token) {
  std::string bytes;
  for (std::size_t at = 0; at < token.size();) {
    const Character character = character_at(token, at);
    at += character.size;
    if (character.code < kMoved && stands_for_itself(character.code)) {
      bytes += static_cast<char>(character.code);
    } else if (character.code >= kMoved && character.code < kMoved + kMovedCount) {
      bytes += static_cast<char>(kAlphabet.moved[character.code - kMoved]);
    } else {
      return {};
    }
  }
  return bytes;
}

std::string written_of_bytes(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes)
    append_utf8(text, kAlphabet.written[static_cast<std::uint8_t>(byte)]);
  return text;
}

}  // namespace assay::models
