// SPDX-License-Identifier: MIT
// `claims:`: sentences that the data can refute.
#include <algorithm>
#include <charconv>
#include <string_view>

#include "core/nearest.h"
#include "lab/spec/schema.h"
#include "lab/spec/sections.h"

namespace assay::spec {
namespace {

/// `< 0.667` or `> 1.05`.
Result<void> read_ratio(const Field& field, Claim& claim) {
  ASSAY_TRY(const std::string text, field.text());
  std::string_view rest = text;
  const Error malformed = field.error(format(
      "expected \"< NUMBER\" or \"> NUMBER\", the bound of other/base: got {}", field.describe()));
  if (rest.empty() || (rest[0] != '<' && rest[0] != '>')) return malformed;
  claim.bound = rest[0] == '<' ? Bound::kBelow : Bound::kAbove;
  rest.remove_prefix(1);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const char* const end = rest.data() + rest.size();
  const auto [after, problem] = std::from_chars(rest.data(), end, claim.limit);
  if (problem != std::errc{} || after != end) return malformed;
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

Result<void> read_predicate(const Field& block, Claim& claim) {
  const auto ratio = block.find("ratio");
  const auto within = block.find("within");
  if (ratio.has_value() == within.has_value()) {
    return block.error(
        format("expected {} predicate: ratio: \"< 0.667\" or within: 0.03", ratio ? "one" : "a"));
  }
  return ratio ? read_ratio(*ratio, claim) : read_within(*within, claim);
}

Result<std::string> read_arm(const Field& block, std::string_view key, const Spec& spec) {
  std::vector<std::string> known;
  for (const Arm& arm : spec.arms) {
    known.push_back(arm.name);
  }
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

/// Of what the ratio is: two arms of the trials, or the two sides of a comparison.
Result<void> read_compared(const Field& block, const Spec& spec, Claim& claim) {
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

Result<Claim> read_claim(const Field& block, const Names& names, const Spec& spec) {
  ASSAY_TRY_VOID(block.allow_keys(section_keys("claims")));
  Claim claim;
  claim.id = block.key();
  ASSAY_TRY(const Field says, block.at("says"));
  ASSAY_TRY(claim.says, says.text());
  claim.metric = "time";
  if (const auto field = block.find("metric")) {
    ASSAY_TRY(const std::size_t index, field->choice("metric", names.vocabulary.metrics));
    claim.metric = names.vocabulary.metrics[index];
  }
  ASSAY_TRY_VOID(read_compared(block, spec, claim));
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
