// SPDX-License-Identifier: MIT
// What Unicode 15.0 says of its code points, as far as tokenizers ask: tables in the order of their
// codes, written by scripts/unicode_tables.mjs. Questions are asked in unicode.h and nfc.h.
#pragma once

#include <cstdint>
#include <span>

namespace assay::models {

/// Both ends are in it.
struct CodeRange {
  char32_t first;
  char32_t last;
};
struct CombiningClass {
  char32_t first;
  char32_t last;
  std::uint8_t combining_class;
};
/// A code point that is the same as two others.
struct Decomposition {
  char32_t code;
  char32_t first;
  char32_t second;
};
/// A code point that is the same as one other.
struct Replacement {
  char32_t code;
  char32_t same;
};

std::span<const CodeRange> letters();                 ///< General category L.
std::span<const CodeRange> numbers();                 ///< General category N.
std::span<const CodeRange> spaces();                  ///< The property White_Space.
std::span<const CombiningClass> combining_classes();  ///< All but class 0.
std::span<const Decomposition> composing_pairs();     ///< Taken apart and put together again.
std::span<const Decomposition> excluded_pairs();      ///< Only taken apart.
std::span<const Replacement> replacements();          ///< Only replaced.

}  // namespace assay::models
