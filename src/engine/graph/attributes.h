// SPDX-License-Identifier: MIT
// What an op is told besides its operands: named values of five kinds, in the order of their names.
// Graph::append() checks them against the op's definition and fills in its defaults, so that code
// behind it asks for an attribute and gets one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.h"

namespace assay::graph {

using Integers = std::vector<std::int64_t>;
using Numbers = std::vector<double>;
using Attribute = std::variant<std::int64_t, double, std::string, Integers, Numbers>;

std::string to_text(const Attribute& attribute);  ///< "[0, 2, 1]"
/// "integer", "number", "text", "integers", "numbers"
std::string_view kind_text(const Attribute& attribute);

class Attributes {
 public:
  Attributes() = default;
  Attributes(std::initializer_list<std::pair<const std::string, Attribute>> entries)
      : entries_(entries) {}

  void set(const std::string& name, Attribute value) { entries_[name] = std::move(value); }
  bool has(const std::string& name) const { return entries_.contains(name); }
  const std::map<std::string, Attribute>& entries() const { return entries_; }
  bool operator==(const Attributes&) const = default;

  // Of a checked node; another name or kind is a bug.
  std::int64_t integer(const std::string& name) const { return get<std::int64_t>(name); }
  double number(const std::string& name) const { return get<double>(name); }
  const std::string& text(const std::string& name) const { return get<std::string>(name); }
  const Integers& integers(const std::string& name) const { return get<Integers>(name); }
  const Numbers& numbers(const std::string& name) const { return get<Numbers>(name); }

 private:
  template <class T>
  const T& get(const std::string& name) const {
    const auto entry = entries_.find(name);
    ASSAY_CHECK(entry != entries_.end(), "a checked node has every attribute of its op");
    const T* value = std::get_if<T>(&entry->second);
    ASSAY_CHECK(value != nullptr, "a checked attribute has the kind its op says");
    return *value;
  }

  std::map<std::string, Attribute> entries_;
};

}  // namespace assay::graph
