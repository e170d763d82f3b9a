// SPDX-License-Identifier: MIT
#include "lab/workload/head_pattern.h"

#include <charconv>
#include <optional>

namespace assay::workload {
namespace {

constexpr std::int64_t kSizeMax = 1'000'000;  ///< Of a width and of a count: products stay small.

std::optional<std::int64_t> parse_size(std::string_view text) {
  std::int64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (!is_whole || size < 1 || size > kSizeMax) return std::nullopt;
  return size;
}

}  // namespace

Result<std::vector<HeadGroup>> parse_head_pattern(std::string_view text) {
  std::vector<HeadGroup> groups;
  std::string_view rest = text;
  while (true) {
    const std::size_t plus = rest.find('+');
    const std::string_view part = rest.substr(0, plus);
    const std::size_t times = part.find('x');
    const bool has_times = times != std::string_view::npos;
    const auto width = parse_size(part.substr(0, times));
    const auto count = has_times ? parse_size(part.substr(times + 1)) : std::nullopt;
    if (!width || !count) {
      return Error::user(
          "pattern {}: part '{}' must be WIDTHxCOUNT with sizes from 1 to {}, as in 128x8+107x7",
          text, part, kSizeMax);
    }
    groups.push_back({*width, *count});
    if (plus == std::string_view::npos) return groups;
    rest.remove_prefix(plus + 1);
  }
}

std::string head_pattern_of(const std::vector<std::int64_t>& widths) {
  std::string text;
  for (std::size_t i = 0; i < widths.size();) {
    std::size_t end = i;
    while (end < widths.size() && widths[end] == widths[i])
      ++end;
    text += format("{}{}x{}", text.empty() ? "" : "+", widths[i], end - i);
    i = end;
  }
  return text;
}

std::vector<std::int64_t> widths_of(const std::vector<HeadGroup>& groups) {
  std::vector<std::int64_t> widths;
  for (const HeadGroup& group : groups) {
    widths.insert(widths.end(), static_cast<std::size_t>(group.count), group.width);
  }
  return widths;
}

}  // namespace assay::workload
