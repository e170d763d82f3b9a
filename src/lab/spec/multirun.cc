// SPDX-License-Identifier: MIT
#include "lab/spec/multirun.h"

#include <string_view>

namespace assay::spec {
namespace {

/// Which characters of a value are protected: it remembers the open quote and brackets.
class Nesting {
 public:
  /// Whether `c` closed a bracket that was not open.
  bool feed(char c) {
    if (quote_ != 0) {
      if (c == quote_) quote_ = 0;
      return false;
    }
    if (c == '"' || c == '\'') quote_ = c;
    if (c == '[' || c == '{' || c == '(') ++depth_;
    if (c == ']' || c == '}' || c == ')') --depth_;
    return depth_ < 0;
  }
  bool is_outside() const { return quote_ == 0 && depth_ == 0; }

 private:
  char quote_ = 0;
  int depth_ = 0;
};

/// Splits at the commas outside of quotes and brackets.
Result<std::vector<std::string>> split_values(std::string_view argument, std::string_view values) {
  std::vector<std::string> parts(1);
  Nesting nesting;
  for (const char c : values) {
    if (nesting.feed(c)) {
      return Error::user("{}: a bracket is closed that was not opened", argument);
    }
    if (c == ',' && nesting.is_outside()) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (!nesting.is_outside()) return Error::user("{}: a quote or bracket is not closed", argument);
  for (const std::string& part : parts) {
    if (part.empty() && parts.size() > 1) {
      return Error::user("{}: expected a value between the commas; '' is the empty text", argument);
    }
  }
  return parts;
}

/// The overrides that one argument stands for.
Result<std::vector<std::string>> choices_of(const std::string& argument) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string::npos) return std::vector<std::string>{argument};
  ASSAY_TRY(std::vector<std::string> values,
            split_values(argument, std::string_view(argument).substr(equals + 1)));
  for (std::string& value : values) {
    value.insert(0, argument, 0, equals + 1);
  }
  return values;
}

}  // namespace

Result<std::vector<std::vector<std::string>>> multirun(std::span<const std::string> arguments) {
  std::vector<std::vector<std::string>> choices;
  std::int64_t run_count = 1;
  for (const std::string& argument : arguments) {
    ASSAY_TRY(std::vector<std::string> values, choices_of(argument));
    choices.push_back(std::move(values));
    const auto count = static_cast<std::int64_t>(choices.back().size());
    if (__builtin_mul_overflow(run_count, count, &run_count) || run_count > kRunsMax) {
      return Error::user(
          "these overrides make more than {} runs (at {}); sweep inside one run with "
          "axes.NAME=[...]",
          kRunsMax, argument);
    }
  }
  std::vector<std::vector<std::string>> runs(1);
  for (const std::vector<std::string>& values : choices) {
    std::vector<std::vector<std::string>> longer;
    for (const std::vector<std::string>& run : runs) {
      for (const std::string& value : values) {
        longer.push_back(run);
        longer.back().push_back(value);
      }
    }
    runs = std::move(longer);
  }
  return runs;
}

}  // namespace assay::spec
