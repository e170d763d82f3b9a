// SPDX-License-Identifier: MIT
#include "djinn/server/stats_document.h"

#include <algorithm>

namespace assay::djinn {

using codec::Node;

const Node& node_at(const Node& stats, std::string_view path) {
  static const Node kNull;
  const Node* node = &stats;
  while (node != nullptr && !path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    node = node->find(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return node == nullptr ? kNull : *node;
}

std::optional<double> number_at(const Node& stats, std::string_view path) {
  bool is_number = false;
  const double number = node_at(stats, path).as_double(&is_number);
  return is_number ? std::optional(number) : std::nullopt;
}

std::string text_at(const Node& stats, std::string_view path) {
  const std::string* const text = node_at(stats, path).as_string();
  return text == nullptr ? std::string() : *text;
}

std::optional<std::int64_t> count_at(const Node& stats, std::string_view path) {
  const Node& list = node_at(stats, path);
  if (!list.is_list()) return std::nullopt;
  return static_cast<std::int64_t>(list.items().size());
}

std::optional<double> sum_at(const Node& stats, std::string_view list, std::string_view field) {
  const Node& all = node_at(stats, list);
  if (!all.is_list()) return std::nullopt;
  double sum = 0;
  for (const Node& one : all.items())
    sum += number_at(one, field).value_or(0);
  return sum;
}

}  // namespace assay::djinn
