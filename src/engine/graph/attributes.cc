// SPDX-License-Identifier: MIT
#include "engine/graph/attributes.h"

#include <array>

#include "core/format.h"

namespace assay::graph {
namespace {

template <class T>
std::string list_text(const std::vector<T>& values) {
  std::string text = "[";
  for (const T& value : values)
    text += format("{}{}", text.size() == 1 ? "" : ", ", value);
  return text + "]";
}

struct Printer {
  std::string operator()(std::int64_t value) const { return format("{}", value); }
  std::string operator()(double value) const { return format("{}", value); }
  std::string operator()(const std::string& value) const { return format("\"{}\"", value); }
  std::string operator()(const Integers& values) const { return list_text(values); }
  std::string operator()(const Numbers& values) const { return list_text(values); }
};

}  // namespace

std::string to_text(const Attribute& attribute) {
  return std::visit(Printer{}, attribute);
}

std::string_view kind_text(const Attribute& attribute) {
  static constexpr std::array<std::string_view, std::variant_size_v<Attribute>> kKinds{
      "integer", "number", "text", "integers", "numbers"};
  return kKinds[attribute.index()];
}

}  // namespace assay::graph
