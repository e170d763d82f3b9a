// SPDX-License-Identifier: MIT
// `arms:` and `compare:`: what is measured side by side.
#include <algorithm>
#include <utility>

#include "core/nearest.h"
#include "lab/spec/schema.h"
#include "lab/spec/sections.h"

namespace assay::spec {
namespace {

// A sample round runs every arm once; Williams designs beyond this need rounds nobody waits for.
constexpr std::size_t kArmsMax = 16;

std::vector<std::string> arm_names(const Spec& spec) {
  std::vector<std::string> names;
  for (const Arm& arm : spec.arms) {
    names.push_back(arm.name);
  }
  return names;
}

/// What differs: one factor, or those of a zipped axis together.
struct Compared {
  std::string axis;
  const Parameter* parameter = nullptr;  ///< Null: a zipped axis.
  std::vector<std::string> names;
};

/// A factor must be free to differ on its own.
Result<Compared> read_compared(const Field& block, const Names& names, const Spec& spec) {
  ASSAY_TRY(const Field field, block.at("axis"));
  ASSAY_TRY(const std::string name, field.text());
  for (const Axis& axis : spec.axes) {
    if (axis.names.size() > 1 && axis.label == name) return Compared{name, nullptr, axis.names};
  }
  const Parameter* parameter = names.parameter(name);
  if (parameter == nullptr) return field.error(unknown_name("parameter", name, names.parameters));
  for (const Axis& axis : spec.axes) {
    if (axis.names.size() > 1 && std::ranges::find(axis.names, name) != axis.names.end()) {
      return field.error(
          format("{} moves together with other parameters of a zipped axis and "
                 "cannot be compared alone; compare the axis {}",
                 name, axis.label));
    }
  }
  return Compared{name, parameter, {name}};
}

Result<Factors> read_side(const Field& field, const Compared& compared, const Names& names) {
  if (compared.parameter != nullptr) {
    ASSAY_TRY(Scalar value, read_value(field, *compared.parameter));
    return Factors{{compared.axis, std::move(value)}};
  }
  ASSAY_TRY(const Factors said, read_settings(field, names));
  Factors side;  // In the order of the axis.
  for (const std::string& name : compared.names) {
    const Scalar* value = said.find(name);
    if (value == nullptr)
      return field.error(format("this side lacks {} of {}", name, compared.axis));
    side.set(name, *value);
  }
  if (said.entries().size() == side.entries().size()) return side;
  return field.error(
      format("a side sets what the rows of {} set, and nothing else", compared.axis));
}

Result<std::pair<Factors, Factors>> read_pair(const Field& field, const Compared& compared,
                                              const Names& names) {
  ASSAY_TRY(const std::vector<Field> sides, field.items());
  if (sides.size() != 2) {
    return field.error(format("expected a pair [base, other]: got {} values", sides.size()));
  }
  ASSAY_TRY(Factors base, read_side(sides[0], compared, names));
  ASSAY_TRY(Factors other, read_side(sides[1], compared, names));
  if (base == other) return field.error("the two sides of a pair are equal");
  return std::pair(std::move(base), std::move(other));
}

Result<std::vector<std::string>> read_arms_of(const Field& block, const Spec& spec,
                                              const std::vector<std::string>& compared) {
  const std::vector<std::string> known = arm_names(spec);
  const auto field = block.find("arms");
  std::vector<std::string> chosen;
  if (!field) {
    chosen.push_back(known.front());
  } else {
    ASSAY_TRY(const std::vector<Field> items, field->items());
    for (const Field& item : items) {
      ASSAY_TRY(const std::size_t index, item.choice("arm", known));
      if (std::ranges::find(chosen, known[index]) != chosen.end()) {
        return item.error(format("duplicate arm: {}", known[index]));
      }
      chosen.push_back(known[index]);
    }
  }
  if (chosen.empty()) return field->error("expected at least one arm: got an empty list");
  for (const Arm& arm : spec.arms) {
    const bool is_chosen = std::ranges::find(chosen, arm.name) != chosen.end();
    const auto own = std::ranges::find_if(
        compared, [&](const std::string& name) { return arm.overrides.find(name) != nullptr; });
    if (!is_chosen || own == compared.end()) continue;
    return block.error(
        format("arm {} sets {} itself, so the two sides would be equal; name other "
               "arms under `arms`",
               arm.name, *own));
  }
  return chosen;
}

Result<Comparison> read_comparison(const Field& block, const Names& names, const Spec& spec) {
  ASSAY_TRY_VOID(block.allow_keys(section_keys("compare")));
  Comparison comparison;
  comparison.name = block.key();
  ASSAY_TRY(const Compared compared, read_compared(block, names, spec));
  comparison.axis = compared.axis;
  ASSAY_TRY(const Field pairs, block.at("pairs"));
  ASSAY_TRY(const std::vector<Field> items, pairs.items());
  if (items.empty()) return pairs.error("expected at least one pair [base, other]");
  for (const Field& item : items) {
    ASSAY_TRY(auto pair, read_pair(item, compared, names));
    if (std::ranges::find(comparison.pairs, pair) != comparison.pairs.end()) {
      return item.error("this pair stands here twice");
    }
    comparison.pairs.push_back(std::move(pair));
  }
  ASSAY_TRY(comparison.where, read_where(block, names.parameters));
  ASSAY_TRY(comparison.arms, read_arms_of(block, spec, compared.names));
  return comparison;
}

Result<void> check_name(const Field& field) {
  if (is_identifier(field.key())) return {};
  return field.error_at_key("a name has letters, digits, `_`, `-` and `.` only");
}

}  // namespace

Result<std::vector<Arm>> read_arms(const Field& document, const Names& names) {
  std::vector<Arm> arms;
  const auto section = document.find("arms");
  if (!section) return std::vector<Arm>{{.name = "only", .overrides = {}}};
  ASSAY_TRY(const std::vector<Field> fields, section->entries());
  for (const Field& field : fields) {
    ASSAY_TRY_VOID(check_name(field));
    ASSAY_TRY(Factors overrides, read_settings(field, names));
    for (const Arm& arm : arms) {
      if (arm.overrides == overrides) {
        return field.error_at_key(
            format("arms {} and {} are equal; for an A/A floor set run.floor_trials", arm.name,
                   field.key()));
      }
    }
    arms.push_back({.name = field.key(), .overrides = std::move(overrides)});
  }
  if (arms.empty()) return section->error("expected at least one arm; leave `arms` out for one");
  if (arms.size() > kArmsMax) {
    return section->error(
        format("at most {} arms are measured side by side: got {}", kArmsMax, arms.size()));
  }
  return arms;
}

Result<std::vector<Comparison>> read_compare(const Field& document, const Names& names,
                                             const Spec& spec) {
  std::vector<Comparison> comparisons;
  const auto section = document.find("compare");
  if (!section) return comparisons;
  ASSAY_TRY(const std::vector<Field> blocks, section->entries());
  for (const Field& block : blocks) {
    ASSAY_TRY_VOID(check_name(block));
    ASSAY_TRY(Comparison comparison, read_comparison(block, names, spec));
    comparisons.push_back(std::move(comparison));
  }
  return comparisons;
}

}  // namespace assay::spec
