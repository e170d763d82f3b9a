// SPDX-License-Identifier: MIT
// `results:`: how results.json names cells, and how it groups their factors.
#include "lab/spec/results.h"

#include <algorithm>
#include <functional>

#include "core/check.h"
#include "core/nearest.h"
#include "lab/spec/schema.h"
#include "lab/spec/sections.h"

namespace assay::spec {
namespace {

/// Every "{name}" of the text is handed to `fill`; what is between stands as it is. An Error says
/// what is no placeholder.
Result<std::string> filled(const std::string& text,
                           const std::function<Result<std::string>(const std::string&)>& fill) {
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t open = text.find_first_of("{}", at);
    result += text.substr(at, open - at);
    if (open == std::string::npos) break;
    const std::size_t close = text.find_first_of("{}", open + 1);
    if (text[open] != '{' || close == std::string::npos || text[close] != '}') {
      return Error::user("expected {{factor}} in a label: got {}", text);
    }
    ASSAY_TRY(const std::string value, fill(text.substr(open + 1, close - open - 1)));
    result += value;
    at = close + 1;
  }
  return result;
}

Result<void> check_label(const Field& field, const std::string& text,
                         const std::vector<std::string>& known) {
  const auto checked = filled(text, [&](const std::string& name) -> Result<std::string> {
    if (std::ranges::find(known, name) != known.end()) return std::string("x");
    return Error::user("{}", unknown_name("factor", name, known));
  });
  if (!checked) return field.error(checked.error().message());
  return {};
}

Result<void> read_suffixes(const Field& field, const std::vector<std::string>& known,
                           ResultsRequest& request) {
  ASSAY_TRY(const std::vector<Field> entries, field.entries());
  for (const Field& entry : entries) {
    if (entry.node().is_null()) continue;  // Left out at this scale.
    ASSAY_TRY_VOID(check_label(entry, entry.key(), known));
    ASSAY_TRY(const std::string text, entry.text());
    Result<Expression> condition = Expression::parse(text, known);
    if (!condition) return entry.error(condition.error().message());
    condition->set_place(entry.place());
    request.suffixes.emplace_back(entry.key(), *std::move(condition));
  }
  return {};
}

Result<void> read_groups(const Field& field, const std::vector<std::string>& known,
                         ResultsRequest& request) {
  ASSAY_TRY(const std::vector<Field> groups, field.entries());
  for (const Field& group : groups) {
    if (group.node().is_null()) continue;
    ResultsGroup& into = request.groups.emplace_back();
    into.name = group.key();
    ASSAY_TRY(const std::vector<Field> entries, group.entries());
    for (const Field& entry : entries) {
      ASSAY_TRY(const std::size_t index, entry.choice("factor", known));
      into.factors.emplace_back(entry.key(), known[index]);
    }
  }
  return {};
}

}  // namespace

Result<ResultsRequest> read_results(const Field& document, const Names& names) {
  ResultsRequest request;
  const auto section = document.find("results");
  if (!section) return request;
  ASSAY_TRY_VOID(section->allow_keys(section_keys("results")));
  std::vector<std::string> known = names.parameters;
  known.emplace_back("arm");
  if (const auto field = section->find("label")) {
    ASSAY_TRY(request.label, field->text());
    ASSAY_TRY_VOID(check_label(*field, request.label, known));
  }
  if (const auto field = section->find("suffixes")) {
    ASSAY_TRY_VOID(read_suffixes(*field, known, request));
  }
  if (const auto field = section->find("groups")) {
    ASSAY_TRY_VOID(read_groups(*field, known, request));
  }
  if (!request.suffixes.empty() && request.label.empty()) {
    return section->error("suffixes follow a label: say one");
  }
  return request;
}

Result<std::string> label_of(const ResultsRequest& request, const Factors& names) {
  ASSAY_CHECK(!request.label.empty(), "a label is asked for where there is one");
  const auto fill = [&](const std::string& name) -> Result<std::string> {
    const Scalar* value = names.find(name);
    return value == nullptr ? std::string("none") : codec::to_text(*value);
  };
  ASSAY_TRY(std::string label, filled(request.label, fill));
  for (const auto& [suffix, condition] : request.suffixes) {
    ASSAY_TRY(const bool holds, condition.matches(names));
    if (!holds) continue;
    ASSAY_TRY(const std::string text, filled(suffix, fill));
    label += text;
  }
  return label;
}

}  // namespace assay::spec
