// SPDX-License-Identifier: MIT
#include "lab/spec/factors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <type_traits>

#include "core/hash.h"
#include "core/nearest.h"

namespace assay::spec {
namespace {

constexpr std::array<std::string_view, 5> kTypeNames{"nothing", "a flag", "an integer", "a number",
                                                     "text"};

Error absent(const Factors& factors, std::string_view name) {
  std::vector<std::string> known;
  for (const auto& [known_name, value] : factors.entries()) {
    known.push_back(known_name);
  }
  return Error::user("{}", unknown_name("factor", name, known));
}

template <class T>
Result<T> typed(const Factors& factors, std::string_view name, std::string_view wanted) {
  const Scalar* value = factors.find(name);
  if (value == nullptr) return absent(factors, name);
  if (const T* held = std::get_if<T>(value)) return *held;
  return Error::user("factor {} must be {}: got {} ({})", name, wanted, codec::to_text(*value),
                     kTypeNames[value->index()]);
}

std::uint64_t hash_of(const Scalar& value) {
  const std::uint64_t type = value.index();
  return std::visit(
      [&](const auto& held) -> std::uint64_t {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::monostate>) {
          return type;
        } else if constexpr (std::is_same_v<Held, std::string>) {
          return hash_bytes(held, type);
        } else {
          // -0.0 == 0.0, so both must hash alike.
          const Held canonical = held == Held{} ? Held{} : held;
          const auto bytes = std::bit_cast<std::array<char, sizeof(Held)>>(canonical);
          return hash_bytes({bytes.data(), bytes.size()}, type);
        }
      },
      value);
}

}  // namespace

const Scalar* Factors::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(entries_, [&](const Entry& entry) { return entry.first == name; });
  return found == entries_.end() ? nullptr : &found->second;
}

void Factors::set(std::string_view name, Scalar value) {
  const auto found =
      std::ranges::find_if(entries_, [&](const Entry& entry) { return entry.first == name; });
  if (found != entries_.end()) {
    found->second = std::move(value);
  } else {
    entries_.emplace_back(std::string(name), std::move(value));
  }
}

Result<std::int64_t> Factors::integer(std::string_view name) const {
  return typed<std::int64_t>(*this, name, "an integer");
}

Result<double> Factors::number(std::string_view name) const {
  const Scalar* value = find(name);
  if (value != nullptr && std::holds_alternative<std::int64_t>(*value)) {
    return static_cast<double>(std::get<std::int64_t>(*value));
  }
  return typed<double>(*this, name, "a number");
}

Result<bool> Factors::flag(std::string_view name) const {
  return typed<bool>(*this, name, "true or false");
}

Result<std::string> Factors::text(std::string_view name) const {
  return typed<std::string>(*this, name, "text");
}

bool Factors::operator==(const Factors& other) const {
  if (entries_.size() != other.entries_.size()) return false;
  return std::ranges::all_of(entries_, [&](const Entry& entry) {
    const Scalar* value = other.find(entry.first);
    return value != nullptr && *value == entry.second;
  });
}

Factors overlay(const Factors& base, const Factors& over) {
  Factors result;
  result.reserve(base.entries().size() + over.entries().size());
  result = base;
  for (const auto& [name, value] : over.entries()) {
    result.set(name, value);
  }
  return result;
}

std::string to_text(const Factors& factors) {
  std::string text;
  for (const auto& [name, value] : factors.entries()) {
    text += format("{}{}={}", text.empty() ? "" : " ", name, codec::to_text(value));
  }
  return text;
}

std::uint64_t hash_of(const Factors& factors) {
  // A sum does not depend on order; names are unique, so equal terms cannot meet.
  std::uint64_t sum = factors.entries().size();
  for (const auto& [name, value] : factors.entries()) {
    sum += hash_bytes(name, hash_of(value));
  }
  return sum;
}

codec::Node to_node(const Factors& factors) {
  codec::Node node = codec::Node::map();
  for (const auto& [name, value] : factors.entries()) {
    node.set(name, codec::Node(value));
  }
  return node;
}

Result<Factors> factors_from(const codec::Node& node) {
  if (!node.is_map()) return Error::user("factors must be a map of names to values");
  Factors factors;
  factors.reserve(node.entries().size());
  for (const auto& [name, value] : node.entries()) {
    if (!value.is_scalar()) return Error::user("factor {} must be a single value", name);
    factors.set(name, value.scalar());
  }
  return factors;
}

}  // namespace assay::spec
