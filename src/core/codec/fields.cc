// SPDX-License-Identifier: MIT
#include "core/codec/fields.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "core/codec/json.h"
#include "core/codec/tree_builder.h"

namespace assay::codec {
namespace {

constexpr std::size_t kShownMax = 60;  // Enough to recognise a value in a message.

Error expected(const std::string& path, std::string_view what, const Node& got) {
  std::string shown = to_json(got);
  if (shown.size() > kShownMax) shown = shown.substr(0, kShownMax) + "...";
  return Error::user("{}{}: expected {}, got {}", place_of(got.mark()), path, what, shown);
}

}  // namespace

Result<Fields> Fields::of(const Node& node, std::string path) {
  if (!node.is_map()) return expected(path, "a map", node);
  return Fields(node, std::move(path));
}

std::string Fields::path_of(std::string_view key) const {
  return format("{}.{}", path_, key);
}

Result<const Node*> Fields::any(std::string_view key) const {
  if (const Node* found = node_->find(key)) return found;
  return Error::user("{}{}: missing", place_of(node_->mark()), path_of(key));
}

Result<const Node*> Fields::list(std::string_view key) const {
  ASSAY_TRY(const Node* node, any(key));
  if (!node->is_list()) return expected(path_of(key), "a list", *node);
  return node;
}

Result<std::string> Fields::text(std::string_view key) const {
  ASSAY_TRY(const Node* node, any(key));
  if (const std::string* text = node->as_string()) return *text;
  return expected(path_of(key), "a text", *node);
}

Result<std::int64_t> Fields::integer(std::string_view key) const {
  ASSAY_TRY(const Node* node, any(key));
  if (const std::int64_t* integer = node->as_integer()) return *integer;
  return expected(path_of(key), "an integer", *node);
}

Result<std::int64_t> Fields::integer(std::string_view key, std::int64_t low,
                                     std::int64_t high) const {
  ASSAY_TRY(const std::int64_t integer, this->integer(key));
  if (low <= integer && integer <= high) return integer;
  return expected(path_of(key), format("{} ... {}", low, high), Node(integer));
}

Result<double> Fields::number(std::string_view key) const {
  ASSAY_TRY(const Node* node, any(key));
  bool ok = false;
  const double number = node->as_double(&ok);
  if (ok) return number;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (*node == Node("inf")) return kInfinity;
  if (*node == Node("-inf")) return -kInfinity;
  if (*node == Node("nan")) return std::numeric_limits<double>::quiet_NaN();
  return expected(path_of(key), "a number", *node);
}

Result<std::uint64_t> Fields::hex(std::string_view key) const {
  constexpr std::size_t kDigits = 16;
  ASSAY_TRY(const std::string digits, text(key));
  std::uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [last, problem] = std::from_chars(digits.data(), end, value, 16);
  if (digits.size() == kDigits && problem == std::errc{} && last == end) return value;
  return expected(path_of(key), "16 hexadecimal digits", Node(digits));
}

Node number_node(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  return number;
}

}  // namespace assay::codec
