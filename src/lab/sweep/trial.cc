// SPDX-License-Identifier: MIT
#include "lab/sweep/trial.h"

#include <array>
#include <charconv>

#include "core/check.h"
#include "core/hash.h"

namespace assay::sweep {
namespace {

using codec::Node;

constexpr std::array<std::string_view, 3> kKindNames{"cell", "compare", "floor"};

Result<std::string> text_at(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  const std::string* text = found == nullptr ? nullptr : found->as_string();
  if (text == nullptr) return Error::user("a trial needs the text `{}`", key);
  return *text;
}

Result<TrialKind> parse_kind(std::string_view text) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (kKindNames[i] == text) return static_cast<TrialKind>(i);
  }
  return Error::user("a trial's kind is cell, compare or floor: got {}", text);
}

Result<std::uint64_t> parse_hex(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [after, problem] = std::from_chars(text.data(), end, value, 16);
  if (problem == std::errc{} && after == end) return value;
  return Error::user("a trial's seed is hexadecimal: got {}", text);
}

Result<spec::Factors> factors_at(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  if (found == nullptr) return Error::user("a trial needs the map `{}`", key);
  return spec::factors_from(*found);
}

Result<std::vector<TrialArm>> arms_from(const Node& node) {
  const Node* list = node.find("arms");
  if (list == nullptr || !list->is_list() || list->items().empty()) {
    return Error::user("a trial needs a list of arms");
  }
  std::vector<TrialArm> arms;
  for (const Node& item : list->items()) {
    TrialArm arm;
    ASSAY_TRY(arm.name, text_at(item, "name"));
    ASSAY_TRY(arm.factors, factors_at(item, "factors"));
    arms.push_back(std::move(arm));
  }
  return arms;
}

}  // namespace

std::string_view to_text(TrialKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  ASSAY_CHECK_LT(index, kKindNames.size(), "a trial is of a known kind");
  return kKindNames[index];
}

std::uint64_t key_of(const Trial& trial) {
  std::uint64_t key = hash_bytes(trial.workload, static_cast<std::uint64_t>(trial.kind));
  key = hash_bytes(trial.comparison, key);
  // A sum: exchanging two arms in the file does not make their records worthless.
  for (const TrialArm& arm : trial.arms) {
    key += hash_bytes(arm.name, hash_of(arm.factors));
  }
  return key;
}

Node to_node(const Trial& trial) {
  Node node = Node::map();
  node.set("id", trial.id);
  node.set("kind", to_text(trial.kind));
  node.set("comparison", trial.comparison);
  node.set("workload", trial.workload);
  node.set("seed", to_hex(trial.seed));  // 64 bits without sign do not fit a JSON integer.
  node.set("factors", to_node(trial.factors));
  Node arms = Node::list();
  for (const TrialArm& arm : trial.arms) {
    Node arm_node = Node::map();
    arm_node.set("name", arm.name);
    arm_node.set("factors", to_node(arm.factors));
    arms.append(std::move(arm_node));
  }
  node.set("arms", std::move(arms));
  return node;
}

Result<Trial> trial_from(const Node& node) {
  if (!node.is_map()) return Error::user("a trial is a map");
  Trial trial;
  ASSAY_TRY(trial.id, text_at(node, "id"));
  ASSAY_TRY(const std::string kind, text_at(node, "kind"));
  ASSAY_TRY(trial.kind, parse_kind(kind));
  ASSAY_TRY(trial.comparison, text_at(node, "comparison"));
  ASSAY_TRY(trial.workload, text_at(node, "workload"));
  ASSAY_TRY(const std::string seed, text_at(node, "seed"));
  ASSAY_TRY(trial.seed, parse_hex(seed));
  ASSAY_TRY(trial.factors, factors_at(node, "factors"));
  ASSAY_TRY(trial.arms, arms_from(node));
  return trial;
}

}  // namespace assay::sweep
