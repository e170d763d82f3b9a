// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/nfc.h"

#include <algorithm>
#include <vector>

#include "engine/models/tokenizer/unicode.h"
#include "engine/models/tokenizer/unicode_tables.h"

namespace assay::models {
namespace {

// Korean syllables are calculated (The Unicode Standard, section 3.12).
constexpr char32_t kSyllables = 0xAC00;
constexpr char32_t kLeading = 0x1100;
constexpr char32_t kVowel = 0x1161;
constexpr char32_t kTrailing = 0x11A7;  // One before the first: 0 stands for none.
constexpr char32_t kLeadingCount = 19;
constexpr char32_t kVowelCount = 21;
constexpr char32_t kTrailingCount = 28;
constexpr char32_t kSyllableCount = kLeadingCount * kVowelCount * kTrailingCount;

/// A code point, or a byte that is not UTF-8.
struct Item {
  char32_t code;
  char byte = 0;  ///< Of kNotUtf8.
  std::uint8_t combining_class = 0;
};

std::uint8_t combining_class_of(char32_t code) {
  const auto table = combining_classes();
  const auto behind = std::ranges::upper_bound(table, code, {}, &CombiningClass::first);
  if (behind == table.begin() || code > std::prev(behind)->last) return 0;
  return std::prev(behind)->combining_class;
}

template <class Row>
const Row* find_row(std::span<const Row> table, char32_t code) {
  const auto found = std::ranges::lower_bound(table, code, {}, &Row::code);
  return found != table.end() && found->code == code ? &*found : nullptr;
}

void decompose(char32_t code, std::vector<Item>& out) {
  if (const char32_t index = code - kSyllables; code >= kSyllables && index < kSyllableCount) {
    decompose(kLeading + index / (kVowelCount * kTrailingCount), out);
    decompose(kVowel + index / kTrailingCount % kVowelCount, out);
    if (index % kTrailingCount != 0) decompose(kTrailing + index % kTrailingCount, out);
    return;
  }
  if (const Replacement* other = find_row(replacements(), code)) return decompose(other->same, out);
  const Decomposition* parts = find_row(composing_pairs(), code);
  if (parts == nullptr) parts = find_row(excluded_pairs(), code);
  if (parts == nullptr) {
    out.push_back({.code = code, .combining_class = combining_class_of(code)});
    return;
  }
  decompose(parts->first, out);
  decompose(parts->second, out);
}

/// The one code point that two are; 0 where there is none.
char32_t compose(char32_t first, char32_t second) {
  if (first - kLeading < kLeadingCount && second - kVowel < kVowelCount) {
    return kSyllables + ((first - kLeading) * kVowelCount + (second - kVowel)) * kTrailingCount;
  }
  const char32_t syllable = first - kSyllables;
  if (syllable < kSyllableCount && syllable % kTrailingCount == 0 && second > kTrailing &&
      second - kTrailing < kTrailingCount) {
    return first + (second - kTrailing);
  }
  static const std::vector<Decomposition> by_parts = [] {
    const auto table = composing_pairs();
    std::vector<Decomposition> sorted(table.begin(), table.end());
    std::ranges::sort(sorted, {}, [](const auto& d) { return std::pair(d.first, d.second); });
    return sorted;
  }();
  const auto found =
      std::ranges::lower_bound(by_parts, std::pair(first, second), {},
                               [](const auto& d) { return std::pair(d.first, d.second); });
  const bool fits = found != by_parts.end() && found->first == first && found->second == second;
  return fits ? found->code : 0;
}

void sort_marks(std::vector<Item>& items) {
  for (auto begin = items.begin(); begin != items.end();) {
    if (begin->combining_class == 0) {
      ++begin;
      continue;
    }
    const auto end = std::ranges::find(begin, items.end(), 0, &Item::combining_class);
    std::ranges::stable_sort(begin, end, {}, &Item::combining_class);
    begin = end;
  }
}

/// Joins each mark with the starter before it, unless another mark of the same class or a starter
/// stands between.
void compose_all(std::vector<Item>& items) {
  std::size_t count = 0;
  std::size_t starter = items.size();  // None yet.
  int class_before = -1;               // Of the item before, where it was kept behind the starter.
  for (const Item& item : items) {
    if (starter < count && class_before < int{item.combining_class}) {
      if (const char32_t joined = compose(items[starter].code, item.code); joined != 0) {
        items[starter].code = joined;
        continue;
      }
    }
    if (item.combining_class == 0) {
      starter = count;
      class_before = -1;
    } else {
      class_before = item.combining_class;
    }
    items[count++] = item;
  }
  items.resize(count);
}

}  // namespace

std::string to_nfc(std::string_view text) {
  // No code point below U+0300 changes, and most text has no other.
  constexpr char kFirstByteOfU0300 = '\xCC';
  const auto changes = [](char c) {
    return static_cast<unsigned char>(c) >= static_cast<unsigned char>(kFirstByteOfU0300);
  };
  if (std::ranges::none_of(text, changes)) return std::string(text);
  std::vector<Item> items;
  items.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    if (character.code == kNotUtf8) {
      items.push_back({.code = kNotUtf8, .byte = text[at]});
    } else {
      decompose(character.code, items);
    }
    at += character.size;
  }
  sort_marks(items);
  compose_all(items);
  std::string out;
  out.reserve(text.size());
  for (const Item& item : items) {
    if (item.code == kNotUtf8) {
      out += item.byte;
    } else {
      append_utf8(out, item.code);
    }
  }
  return out;
}

}  // namespace assay::models
