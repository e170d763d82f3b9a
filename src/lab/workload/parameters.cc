// SPDX-License-Identifier: MIT
#include "lab/workload/parameters.h"

#include "core/check.h"

namespace assay::workload {
namespace {

using spec::Parameter;
using spec::ParameterType;

Parameter parameter_of(std::string name, ParameterType type, std::string about) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.type = type;
  parameter.about = std::move(about);
  return parameter;
}

}  // namespace

Parameter integer_parameter(std::string name, std::string about, std::int64_t minimum,
                            std::optional<std::int64_t> fallback) {
  Parameter parameter = parameter_of(std::move(name), ParameterType::kInteger, std::move(about));
  parameter.minimum = static_cast<double>(minimum);
  if (fallback) parameter.fallback = *fallback;
  return parameter;
}

Parameter number_parameter(std::string name, std::string about, double minimum, double fallback) {
  Parameter parameter = parameter_of(std::move(name), ParameterType::kNumber, std::move(about));
  parameter.minimum = minimum;
  parameter.fallback = fallback;
  return parameter;
}

Parameter flag_parameter(std::string name, std::string about, bool fallback) {
  Parameter parameter = parameter_of(std::move(name), ParameterType::kFlag, std::move(about));
  parameter.fallback = fallback;
  return parameter;
}

Parameter choice_parameter(std::string name, std::string about, std::vector<std::string> choices) {
  ASSAY_CHECK(!choices.empty(), "a choice has something to choose from");
  Parameter parameter = parameter_of(std::move(name), ParameterType::kChoice, std::move(about));
  parameter.fallback = choices.front();
  parameter.choices = std::move(choices);
  return parameter;
}

Parameter text_parameter(std::string name, std::string about, std::string fallback) {
  Parameter parameter = parameter_of(std::move(name), ParameterType::kText, std::move(about));
  parameter.fallback = std::move(fallback);
  return parameter;
}

}  // namespace assay::workload
