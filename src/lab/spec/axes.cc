// SPDX-License-Identifier: MIT
// `axes:`: what is swept. A key that names a parameter has a list of values and ranges, or one
// range; any other key is a label, and its rows are maps of parameters that move together.
#include <algorithm>
#include <cmath>

#include "core/nearest.h"
#include "lab/spec/sections.h"

namespace assay::spec {
namespace {

// More points on one axis than any sweep may have trials; it bounds the memory of a typing error.
constexpr std::int64_t kRowsMax = 1'000'000;

// Each point is asked `where`: ten million take some seconds.
constexpr std::int64_t kPointsMax = 10'000'000;

using Row = std::vector<Scalar>;

Result<void> append(const Field& field, Row row, Axis& axis) {
  if (std::ssize(axis.rows) >= kRowsMax) {
    return field.error(format("an axis has at most {} values", kRowsMax));
  }
  axis.rows.push_back(std::move(row));
  return {};
}

Result<void> append_integers(const Field& range, const Parameter& parameter, Axis& axis) {
  constexpr IntegerBounds kAny{std::int64_t{-1} << 62, std::int64_t{1} << 62};
  ASSAY_TRY(const Field from_field, range.at("from"));
  ASSAY_TRY(const Field to_field, range.at("to"));
  ASSAY_TRY(const std::int64_t from, from_field.integer(kAny));
  ASSAY_TRY(const std::int64_t to, to_field.integer(kAny));
  std::int64_t step = 1;
  if (const auto field = range.find("step")) {
    ASSAY_TRY(step, field->integer({1, std::int64_t{1} << 62}));
  }
  if (from > to) return to_field.error(format("the range is empty: from {} to {}", from, to));
  if ((to - from) / step >= kRowsMax) {
    return range.error(format("a range has at most {} values: from {} to {} in steps of {}",
                              kRowsMax, from, to, step));
  }
  ASSAY_TRY_VOID(read_value(from_field, parameter));  // The ends are in bounds, so all are.
  ASSAY_TRY_VOID(read_value(to_field, parameter));
  for (std::int64_t value = from; value <= to; value += step) {
    ASSAY_TRY_VOID(append(range, {Scalar(value)}, axis));
  }
  return {};
}

Result<void> append_numbers(const Field& range, const Parameter& parameter, Axis& axis) {
  ASSAY_TRY(const Field from_field, range.at("from"));
  ASSAY_TRY(const Field to_field, range.at("to"));
  ASSAY_TRY(const double from, from_field.number());
  ASSAY_TRY(const double to, to_field.number());
  double step = 1;
  if (const auto field = range.find("step")) {
    ASSAY_TRY(step, field->number());
    if (!(step > 0)) return field->error(format("a step is more than 0: got {}", step));
  }
  if (from > to) return to_field.error(format("the range is empty: from {} to {}", from, to));
  // A billionth of a step of slack: 0.1 + 2 x 0.1 must still reach 0.3.
  const double count = std::floor((to - from) / step + 1e-9) + 1;
  if (!(count <= static_cast<double>(kRowsMax))) {
    return range.error(format("a range has at most {} values: from {} to {} in steps of {}",
                              kRowsMax, from, to, step));
  }
  ASSAY_TRY_VOID(read_value(from_field, parameter));
  ASSAY_TRY_VOID(read_value(to_field, parameter));
  for (double i = 0; i < count; ++i) {
    ASSAY_TRY_VOID(append(range, {Scalar(std::min(from + i * step, to))}, axis));
  }
  return {};
}

Result<void> append_range(const Field& range, const Parameter& parameter, Axis& axis) {
  static const std::vector<std::string> kKeys{"from", "to", "step"};
  ASSAY_TRY_VOID(range.allow_keys(kKeys));
  if (parameter.type == ParameterType::kInteger) return append_integers(range, parameter, axis);
  if (parameter.type == ParameterType::kNumber) return append_numbers(range, parameter, axis);
  return range.error(format("{} is not a number: list its values", parameter.name));
}

Result<Axis> read_plain(const Field& field, const Parameter& parameter) {
  Axis axis{.names = {parameter.name}, .rows = {}};
  if (field.node().is_map()) {
    ASSAY_TRY_VOID(append_range(field, parameter, axis));
    return axis;
  }
  if (field.node().is_scalar() && !field.node().is_null()) {
    return field.error(format("expected a list or {{from, to, step}}: got {}; write [{}]",
                              field.describe(), codec::to_text(field.node().scalar())));
  }
  ASSAY_TRY(const std::vector<Field> items, field.items());
  for (const Field& item : items) {
    if (item.node().is_map()) {
      ASSAY_TRY_VOID(append_range(item, parameter, axis));
      continue;
    }
    ASSAY_TRY(Scalar value, read_value(item, parameter));
    ASSAY_TRY_VOID(append(item, {std::move(value)}, axis));
  }
  return axis;
}

bool is_list_of_maps(const codec::Node& node) {
  return node.is_list() &&
         std::ranges::all_of(node.items(), [](const codec::Node& item) { return item.is_map(); });
}

/// Rows that all set the same parameters, in whatever order each row says them.
Result<Axis> read_zipped(const Field& field, const Names& names) {
  if (!is_list_of_maps(field.node())) {
    return field.error_at_key(
        format("{} (workload {}); a label of your own takes rows that move together: "
               "[{{m: 1, n: 2}}, {{m: 3, n: 4}}]",
               unknown_name("parameter", field.key(), names.parameters), names.workload.name));
  }
  Axis axis;
  ASSAY_TRY(const std::vector<Field> items, field.items());
  for (const Field& item : items) {
    ASSAY_TRY(const Factors settings, read_settings(item, names));
    if (axis.names.empty()) {
      for (const auto& [name, value] : settings.entries()) {
        axis.names.push_back(name);
      }
    }
    Row row;
    for (const std::string& name : axis.names) {
      const Scalar* value = settings.find(name);
      if (value == nullptr) return item.error(format("this row lacks {}, which others set", name));
      row.push_back(*value);
    }
    if (settings.entries().size() != axis.names.size() || axis.names.empty()) {
      return item.error("every row of a zipped axis sets the same parameters");
    }
    ASSAY_TRY_VOID(append(item, std::move(row), axis));
  }
  return axis;
}

Result<void> check_unswept(const Field& field, const Axis& axis, const std::vector<Axis>& others) {
  for (const Axis& other : others) {
    for (const std::string& name : axis.names) {
      if (std::ranges::find(other.names, name) == other.names.end()) continue;
      return field.error_at_key(format("{} is swept twice; say it in one axis", name));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<Axis>> read_axes(const Field& document, const Names& names) {
  std::vector<Axis> axes;
  std::int64_t points = 1;
  const auto section = document.find("axes");
  if (!section) return axes;
  ASSAY_TRY(const std::vector<Field> fields, section->entries());
  for (const Field& field : fields) {
    const Parameter* parameter = names.parameter(field.key());
    ASSAY_TRY(Axis axis,
              parameter != nullptr ? read_plain(field, *parameter) : read_zipped(field, names));
    if (axis.rows.empty()) {
      return field.error("an axis needs at least one value: got an empty list");
    }
    axis.label = field.key();
    ASSAY_TRY_VOID(check_unswept(field, axis, axes));
    points *= std::ssize(axis.rows);
    if (points > kPointsMax) {
      return field.error(
          format("with its {} values the axes cross to {} points or more; at most "
                 "{} can be filtered by `where`",
                 axis.rows.size(), points, kPointsMax));
    }
    axes.push_back(std::move(axis));
  }
  return axes;
}

}  // namespace assay::spec
