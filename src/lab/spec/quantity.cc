// SPDX-License-Identifier: MIT
#include "lab/spec/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <vector>

#include "core/nearest.h"

namespace assay::spec {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t size;
};

constexpr std::array<Unit, 6> kTimeUnits{{{"ns", 1},
                                          {"us", 1'000},
                                          {"ms", 1'000'000},
                                          {"s", 1'000'000'000},
                                          {"min", 60'000'000'000},
                                          {"h", 3'600'000'000'000}}};

constexpr std::array<Unit, 9> kSizeUnits{{{"B", 1},
                                          {"KiB", std::int64_t{1} << 10},
                                          {"MiB", std::int64_t{1} << 20},
                                          {"GiB", std::int64_t{1} << 30},
                                          {"TiB", std::int64_t{1} << 40},
                                          {"kB", 1'000},
                                          {"MB", 1'000'000},
                                          {"GB", 1'000'000'000},
                                          {"TB", 1'000'000'000'000}}};
constexpr std::size_t kBinaryUnits = 5;  // The first five: what sizes are written in.

struct Wording {
  std::string_view kind;
  std::string_view example;
};

std::string names_of(std::span<const Unit> units) {
  std::string names;
  for (const Unit& unit : units) {
    names += format("{}{}", names.empty() ? "" : ", ", unit.name);
  }
  return names;
}

Error unknown_unit(const Wording& wording, std::string_view unit, std::span<const Unit> units) {
  std::vector<std::string> names;
  for (const Unit& known : units) {
    names.emplace_back(known.name);
  }
  return Error::user("{} in {}", unknown_name("unit", unit, names), wording.kind);
}

Result<std::int64_t> parse_quantity(std::string_view text, std::span<const Unit> units,
                                    const Wording& wording) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [after, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc{} || !std::isfinite(number)) {
    return Error::user("expected {} such as {}: got {}", wording.kind, wording.example, text);
  }
  std::string_view name(after, static_cast<std::size_t>(end - after));
  name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
  if (name.empty()) {
    return Error::user("{} needs a unit ({}), such as {}: got {}", wording.kind, names_of(units),
                       wording.example, text);
  }
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (unit == units.end()) return unknown_unit(wording, name, units);
  const double amount = number * static_cast<double>(unit->size);
  if (amount < 0) return Error::user("{} cannot be negative: got {}", wording.kind, text);
  if (amount >= 0x1p63) return Error::user("{} is too large: got {}", wording.kind, text);
  if (amount != std::floor(amount)) {
    return Error::user("{} must be a whole number of {}: got {}", wording.kind, units[0].name,
                       text);
  }
  return static_cast<std::int64_t>(amount);
}

std::string exact(std::int64_t amount, std::span<const Unit> units) {
  const Unit* chosen = &units.front();
  for (const Unit& unit : units) {
    if (amount != 0 && amount % unit.size == 0) chosen = &unit;
  }
  return format("{}{}", amount / chosen->size, chosen->name);
}

}  // namespace

Result<Nanoseconds> parse_duration(std::string_view text) {
  ASSAY_TRY(const std::int64_t amount,
            parse_quantity(text, kTimeUnits, {.kind = "a duration", .example = "300us"}));
  return Nanoseconds(amount);
}

Result<Bytes> parse_size(std::string_view text) {
  ASSAY_TRY(const std::int64_t amount,
            parse_quantity(text, kSizeUnits, {.kind = "a size", .example = "4GiB"}));
  return Bytes(amount);
}

std::string exact_text(Nanoseconds time) {
  return exact(time.count(), kTimeUnits);
}

std::string exact_text(Bytes size) {
  return exact(size.count(), std::span(kSizeUnits).first(kBinaryUnits));
}

}  // namespace assay::spec
