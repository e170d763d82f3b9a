// SPDX-License-Identifier: MIT
// Named settings of one point: what was asked for, or what was observed back.
//
//   Factors asked{{"m", 256}, {"k", 107}};
//   asked.set("library", "openblas");
//   asked.find("k");           // const Scalar*
//   to_text(asked);            // "m=256 k=107 library=openblas"
//
// Order is kept for reading; equality and hashing do not depend on it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/codec/node.h"
#include "core/result.h"

namespace assay::spec {

using codec::Scalar;

class Factors {
 public:
  using Entry = std::pair<std::string, Scalar>;

  Factors() = default;
  Factors(std::initializer_list<Entry> entries) : entries_(entries) {}

  const Scalar* find(std::string_view name) const;
  void set(std::string_view name, Scalar value);
  bool empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }
  void reserve(std::size_t count) { entries_.reserve(count); }

  /// Typed reads. An absent name or another type is an error that names both.
  Result<std::int64_t> integer(std::string_view name) const;
  Result<double> number(std::string_view name) const;
  Result<bool> flag(std::string_view name) const;
  Result<std::string> text(std::string_view name) const;

  bool operator==(const Factors& other) const;  ///< Whatever the order.

 private:
  std::vector<Entry> entries_;
};

/// The settings of `over` laid over `base`.
Factors overlay(const Factors& base, const Factors& over);
/// "m=256 k=107": in the order they were set.
std::string to_text(const Factors& factors);
/// A hash of names, types and values that does not depend on order.
std::uint64_t hash_of(const Factors& factors);
codec::Node to_node(const Factors& factors);
Result<Factors> factors_from(const codec::Node& node);

}  // namespace assay::spec
