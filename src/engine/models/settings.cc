// SPDX-License-Identifier: MIT
#include "engine/models/settings.h"

#include <cmath>

#include "core/codec/json.h"

namespace assay::models {

using codec::Node;

Result<Settings> Settings::parse(std::string_view text, std::string file) {
  ASSAY_TRY(Node node, codec::parse_json(text).context("in {}", file));
  if (!node.is_map()) return Error::user("{}: expected a map of settings", file);
  return Settings(std::move(node), std::move(file));
}

Result<std::optional<Settings>> Settings::map(std::string_view key) const {
  const Node* node = find(key);
  if (node == nullptr) return std::optional<Settings>();
  if (!node->is_map()) return expected(key, "a map");
  return std::optional<Settings>(Settings(*node, format("{}: {}", place_, key)));
}

const Node* Settings::find(std::string_view key) const {
  const Node* node = node_.find(key);
  return node == nullptr || node->is_null() ? nullptr : node;
}

std::string Settings::shown(std::string_view key) const {
  constexpr std::size_t kShownMax = 80;  // Enough to recognise a value in a message.
  const Node* node = find(key);
  if (node == nullptr) return "nothing";
  const std::string text = codec::to_json(*node);
  return text.size() > kShownMax ? text.substr(0, kShownMax) + "..." : text;
}

Error Settings::expected(std::string_view key, std::string_view what) const {
  return Error::user("{}: {}: expected {}, got {}", place_, key, what, shown(key));
}

Error Settings::unsupported(std::string_view key, std::string_view known) const {
  return Error::user("{}: unsupported: {} is {}; known: {}", place_, key, shown(key), known);
}

Result<std::int64_t> Settings::integer(std::string_view key, std::int64_t low, std::int64_t high,
                                       std::optional<std::int64_t> by_default) const {
  const Node* node = find(key);
  if (node == nullptr && by_default) return *by_default;
  const std::int64_t* integer = node == nullptr ? nullptr : node->as_integer();
  if (integer != nullptr && low <= *integer && *integer <= high) return *integer;
  return expected(key, format("an integer in {}..{}", low, high));
}

Result<double> Settings::number(std::string_view key, double by_default) const {
  const Node* node = find(key);
  if (node == nullptr) return by_default;
  bool ok = false;
  const double number = node->as_double(&ok);
  if (!ok || !std::isfinite(number)) return expected(key, "a number");
  return number;
}

Result<bool> Settings::flag(std::string_view key, bool by_default) const {
  const Node* node = find(key);
  if (node == nullptr) return by_default;
  if (const bool* flag = node->as_bool()) return *flag;
  return expected(key, "true or false");
}

Result<std::string> Settings::text(std::string_view key, std::string by_default) const {
  const Node* node = find(key);
  if (node == nullptr) return by_default;
  if (const std::string* text = node->as_string()) return *text;
  return expected(key, "a text");
}

}  // namespace assay::models
