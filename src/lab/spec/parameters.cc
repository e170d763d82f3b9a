// SPDX-License-Identifier: MIT
// Values of the workload's parameters: `params:`, and the settings of axes, arms and pairs.
#include <algorithm>

#include "core/nearest.h"
#include "lab/spec/sections.h"

namespace assay::spec {
namespace {

std::string bounds_text(const Parameter& parameter) {
  const bool has_minimum = parameter.minimum > -1e300;
  const bool has_maximum = parameter.maximum < 1e300;
  if (!has_maximum) return format("at least {}", parameter.minimum);
  if (!has_minimum) return format("at most {}", parameter.maximum);
  return format("from {} to {}", parameter.minimum, parameter.maximum);
}

Result<void> check_bounds(const Field& field, const Parameter& parameter, double value) {
  if (value >= parameter.minimum && value <= parameter.maximum) return {};
  return field.error(format("{} must be {}: got {}", parameter.name, bounds_text(parameter),
                            codec::to_text(field.node().scalar())));
}

Result<Scalar> read_integer(const Field& field, const Parameter& parameter) {
  const std::int64_t* value = field.node().as_integer();
  if (value == nullptr) return field.error(format("expected an integer: got {}", field.describe()));
  ASSAY_TRY_VOID(check_bounds(field, parameter, static_cast<double>(*value)));
  return Scalar(*value);
}

/// A whole number where its digits are a text that the parameter takes: `numa_node: 2` needs no
/// quotes.
Result<std::string> read_text(const Field& field, const Parameter& parameter) {
  const std::int64_t* number = field.node().as_integer();
  if (number != nullptr && parameter.check && parameter.check(std::to_string(*number))) {
    return std::to_string(*number);
  }
  return field.text();
}

bool is_overridden(const Factors& overrides, const std::string& name) {
  return overrides.find(name) != nullptr;
}

/// A number's default is a double even where the vocabulary wrote it without a point.
Scalar default_of(const Parameter& parameter) {
  const auto* integer = std::get_if<std::int64_t>(&*parameter.fallback);
  const bool is_number = parameter.type == ParameterType::kNumber;
  return integer != nullptr && is_number ? Scalar(static_cast<double>(*integer))
                                         : *parameter.fallback;
}

const Axis* axis_of(const Spec& spec, const std::string& name) {
  const auto axis = std::ranges::find_if(spec.axes, [&](const Axis& candidate) {
    return std::ranges::find(candidate.names, name) != candidate.names.end();
  });
  return axis == spec.axes.end() ? nullptr : &*axis;
}

}  // namespace

const Parameter* Names::parameter(std::string_view name) const {
  const auto found = std::ranges::find(workload.parameters, name, &Parameter::name);
  return found == workload.parameters.end() ? nullptr : &*found;
}

std::vector<std::string> Names::metrics() const {
  std::vector<std::string> names = vocabulary.metrics;
  for (const MetricEntry& metric : workload.metrics) {
    names.push_back(metric.name);
  }
  return names;
}

Error Names::unknown_parameter(const Field& field) const {
  return field.error_at_key(format(
      "{} (workload {})", unknown_name("parameter", field.key(), parameters), workload.name));
}

Result<Scalar> read_value(const Field& field, const Parameter& parameter) {
  switch (parameter.type) {
    case ParameterType::kInteger:
      return read_integer(field, parameter);
    case ParameterType::kNumber: {
      // Always a double, so that 1 and 1.0 are the same trial.
      ASSAY_TRY(const double value, field.number());
      ASSAY_TRY_VOID(check_bounds(field, parameter, value));
      return Scalar(value);
    }
    case ParameterType::kFlag: {
      ASSAY_TRY(const bool value, field.flag());
      return Scalar(value);
    }
    case ParameterType::kText: {
      ASSAY_TRY(std::string value, read_text(field, parameter));
      const Result<void> checked = parameter.check ? parameter.check(value) : Result<void>();
      if (!checked) return field.error(checked.error().message());
      return Scalar(std::move(value));
    }
    case ParameterType::kChoice: {
      ASSAY_TRY(const std::size_t index, field.choice(parameter.name, parameter.choices));
      return Scalar(parameter.choices[index]);
    }
  }
  return Error::bug("a parameter type without a reader: {}", parameter.name);
}

Result<Factors> read_settings(const Field& map, const Names& names) {
  Factors settings;
  if (map.node().is_null()) return settings;
  ASSAY_TRY(const std::vector<Field> fields, map.entries());
  for (const Field& field : fields) {
    const Parameter* parameter = names.parameter(field.key());
    if (parameter == nullptr) return names.unknown_parameter(field);
    ASSAY_TRY(Scalar value, read_value(field, *parameter));
    settings.set(parameter->name, std::move(value));
  }
  return settings;
}

Result<Expression> read_where(const Field& parent, const std::vector<std::string>& known_names) {
  const auto field = parent.find("where");
  if (!field) return Expression();
  ASSAY_TRY(const std::string text, field->text());
  if (text.empty()) return Expression();
  Result<Expression> parsed = Expression::parse(text, known_names);
  if (!parsed) return field->error(parsed.error().message());
  parsed->set_place(field->place());
  return parsed;
}

Result<void> settle_parameters(const Field& document, const Names& names, Spec& spec) {
  for (const Parameter& parameter : names.workload.parameters) {
    const std::string& name = parameter.name;
    const Axis* axis = axis_of(spec, name);
    const bool in_every_arm = std::ranges::all_of(
        spec.arms, [&](const Arm& arm) { return is_overridden(arm.overrides, name); });
    if (axis != nullptr && spec.params.find(name) != nullptr) {
      ASSAY_TRY(const Field params, document.at("params"));
      return params.find(name)->error_at_key(
          format("{} is swept under axes and fixed here; say it once", name));
    }
    if (axis != nullptr && in_every_arm) {
      return document.find("axes")->error(
          format("{} is swept, but every arm sets it: all its trials would be alike", name));
    }
    if (axis != nullptr || in_every_arm || spec.params.find(name) != nullptr) continue;
    if (!parameter.fallback) {
      return document.find("workload")
          ->error(format("parameter {} of {} has no default: give it in params, axes or every arm",
                         name, names.workload.name));
    }
    spec.params.set(name, default_of(parameter));
  }
  return {};
}

Result<std::string> text_or_nothing(const Field& map, std::string_view key) {
  const auto field = map.find(key);
  if (!field) return std::string();
  return field->text();
}

}  // namespace assay::spec
