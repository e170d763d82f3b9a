// SPDX-License-Identifier: MIT
// `claims:`: sentences that the data can refute.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "core/nearest.h"
#include "lab/spec/quantity.h"
#include "lab/spec/schema.h"
#include "lab/spec/sections.h"

namespace assay::spec {
namespace {

/// The side of a bound, and what stands behind its sign; none where there is no sign.
std::optional<std::string_view> read_sign(std::string_view text, Claim& claim) {
  if (text.empty() || (text[0] != '<' && text[0] != '>')) return std::nullopt;
  claim.bound = text[0] == '<' ? Bound::kBelow : Bound::kAbove;
  text.remove_prefix(1);
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

bool read_number(std::string_view text, double& number) {
  const char* const end = text.data() + text.size();
  const auto [after, problem] = std::from_chars(text.data(), end, number);
  return problem == std::errc{} && after == end;
}

/// `< 0.667` or `> 1.05`.
Result<void> read_ratio(const Field& field, Claim& claim) {
  ASSAY_TRY(const std::string text, field.text());
  const auto rest = read_sign(text, claim);
  if (!rest || !read_number(*rest, claim.limit)) {
    return field.error(
        format("expected \"< NUMBER\" or \"> NUMBER\", the bound of other/base: got {}",
               field.describe()));
  }
  if (claim.limit > 0 && claim.limit < 1e6) return {};
  return field.error(format("a ratio of times is more than 0 and below 1e6: got {}", claim.limit));
}

Result<void> read_within(const Field& field, Claim& claim) {
  claim.bound = Bound::kWithin;
  ASSAY_TRY(claim.limit, field.number());
  if (claim.limit > 0 && claim.limit < 1) return {};
  return field.error(
      format("the margin around 1 is between 0 and 1 (0.03: 3 %): got {}", claim.limit));
}

/// `< 0.02`, or `< 20ms` where the metric is a time.
Result<void> read_value_bound(const Field& field, Claim& claim) {
  ASSAY_TRY(const std::string text, field.text());
  const auto rest = read_sign(text, claim);
  const bool is_time = claim.unit == "ns";
  const Error malformed =
      field.error(format("expected \"< {0}\" or \"> {0}\", the bound of {1}: got {2}",
                         is_time ? "DURATION" : "NUMBER", claim.metric, field.describe()));
  if (!rest) return malformed;
  if (!is_time) {
    if (!read_number(*rest, claim.limit) || !std::isfinite(claim.limit)) return malformed;
    return {};
  }
  const Result<Nanoseconds> duration = parse_duration(*rest);
  if (!duration) return field.error(duration.error().message());
  claim.limit = static_cast<double>(duration->count());
  return {};
}

Result<void> read_predicate(const Field& block, Claim& claim) {
  const auto ratio = block.find("ratio");
  const auto within = block.find("within");
  const int count = (ratio ? 1 : 0) + (within ? 1 : 0) + (claim.is_of_value ? 1 : 0);
  if (count != 1) {
    return block.error(
        format("expected {} predicate: ratio: \"< 0.667\" or within: 0.03 of two arms, or value: "
               "\"< 0.02\" of a metric of the workload",
               count > 1 ? "one" : "a"));
  }
  if (claim.is_of_value) return read_value_bound(*block.find("value"), claim);
  return ratio ? read_ratio(*ratio, claim) : read_within(*within, claim);
}

std::vector<std::string> names_of(const std::vector<Arm>& arms) {
  std::vector<std::string> names;
  for (const Arm& arm : arms) {
    names.push_back(arm.name);
  }
  return names;
}

Result<std::string> read_arm(const Field& block, std::string_view key, const Spec& spec) {
  const std::vector<std::string> known = names_of(spec.arms);
  const auto field = block.find(key);
  if (!field) {
    return block.error(
        format("a claim on two arms names both `base` and `other`: {} is missing; "
               "or name a comparison under `compare`",
               key));
  }
  ASSAY_TRY(const std::size_t index, field->choice("arm", known));
  return known[index];
}

/// In which arm a value is claimed; where there is one only, it need not be said.
Result<void> read_valued_arm(const Field& block, const Spec& spec, Claim& claim) {
  for (const std::string_view key : {"compare", "base", "other"}) {
    if (const auto field = block.find(key)) {
      return field->error_at_key("a claim on a value is about one `arm`, not about two");
    }
  }
  const std::vector<std::string> known = names_of(spec.arms);
  const auto field = block.find("arm");
  if (!field && known.size() == 1) {
    claim.base = known.front();
    return {};
  }
  if (!field) {
    std::string list;
    for (const std::string& name : known) {
      list += (list.empty() ? "" : ", ") + name;
    }
    return block.error(format("a claim on a value names its `arm`, one of {}", list));
  }
  ASSAY_TRY(const std::size_t index, field->choice("arm", known));
  claim.base = known[index];
  return {};
}

/// Of what the ratio is: two arms of the trials, or the two sides of a comparison.
Result<void> read_compared(const Field& block, const Spec& spec, Claim& claim) {
  if (const auto arm = block.find("arm")) {
    return arm->error_at_key("a ratio is of two arms: say `base` and `other`");
  }
  const auto compare = block.find("compare");
  if (!compare ||
      (compare->node().as_string() != nullptr && compare->node().as_string()->empty())) {
    ASSAY_TRY(claim.base, read_arm(block, "base", spec));
    ASSAY_TRY(claim.other, read_arm(block, "other", spec));
    if (claim.base != claim.other) return {};
    return block.error(format("base and other are the same arm: {}", claim.base));
  }
  std::vector<std::string> known;
  for (const Comparison& comparison : spec.compare) {
    known.push_back(comparison.name);
  }
  ASSAY_TRY(const std::size_t index, compare->choice("comparison", known));
  claim.comparison = known[index];
  for (const auto& [key, side] : {std::pair("base", &claim.base), {"other", &claim.other}}) {
    *side = key;
    const auto field = block.find(key);
    if (!field) continue;
    ASSAY_TRY(const std::string said, field->text());
    if (said == key) continue;
    return field->error(
        format("the sides of a comparison are called base and other: got {}", said));
  }
  return {};
}

Result<void> read_evidence(const Field& block, Claim& claim) {
  if (const auto field = block.find("every")) {
    ASSAY_TRY(claim.every, field->flag());
  }
  if (const auto field = block.find("confidence")) {
    ASSAY_TRY(claim.confidence, field->number());
    if (!(claim.confidence >= 0.5 && claim.confidence < 1)) {
      return field->error(format("must be from 0.5 to below 1: got {}", claim.confidence));
    }
  }
  if (const auto field = block.find("processes_min")) {
    // One process says nothing about the next: intervals are over processes.
    ASSAY_TRY(const std::int64_t count, field->integer({2, 1'000}));
    claim.processes_min = static_cast<int>(count);
  }
  return {};
}

Result<void> read_metric(const Field& block, const Names& names, Claim& claim) {
  claim.metric = "time";
  const std::vector<std::string> known = names.metrics();
  const auto field = block.find("metric");
  if (field) {
    ASSAY_TRY(const std::size_t index, field->choice("metric", known));
    claim.metric = known[index];
  }
  const std::vector<MetricEntry>& declared = names.workload.metrics;
  const auto metric = std::ranges::find(declared, claim.metric, &MetricEntry::name);
  if (metric != declared.end()) {
    claim.unit = metric->unit;
    return {};
  }
  if (!claim.is_of_value) return {};
  return (field ? *field : block)
      .error(format("`value` bounds what the workload declares (assay list metrics), and {} is not "
                    "of {}: compare two arms by `ratio` or `within`",
                    claim.metric, names.workload.name));
}

Result<Claim> read_claim(const Field& block, const Names& names, const Spec& spec) {
  ASSAY_TRY_VOID(block.allow_keys(section_keys("claims")));
  Claim claim;
  claim.id = block.key();
  claim.is_of_value = block.find("value").has_value();
  ASSAY_TRY(const Field says, block.at("says"));
  ASSAY_TRY(claim.says, says.text());
  ASSAY_TRY_VOID(read_metric(block, names, claim));
  ASSAY_TRY_VOID(claim.is_of_value ? read_valued_arm(block, spec, claim)
                                   : read_compared(block, spec, claim));
  ASSAY_TRY(claim.where, read_where(block, names.parameters));
  ASSAY_TRY_VOID(read_predicate(block, claim));
  ASSAY_TRY_VOID(read_evidence(block, claim));
  return claim;
}

}  // namespace

Result<std::vector<Claim>> read_claims(const Field& document, const Names& names,
                                       const Spec& spec) {
  std::vector<Claim> claims;
  const auto section = document.find("claims");
  if (!section) return claims;
  ASSAY_TRY(const std::vector<Field> blocks, section->entries());
  for (const Field& block : blocks) {
    if (block.node().is_null()) continue;  // Left out at this scale.
    if (!is_identifier(block.key())) {
      return block.error_at_key("an id has letters, digits, `_`, `-` and `.` only");
    }
    ASSAY_TRY(Claim claim, read_claim(block, names, spec));
    claims.push_back(std::move(claim));
  }
  return claims;
}

}  // namespace assay::spec
