// SPDX-License-Identifier: MIT
#include "lab/worker/protocol.h"

#include <utility>

#include "core/codec/fields.h"
#include "core/codec/json.h"
#include "core/hash.h"

namespace assay::worker {
namespace {

using codec::Fields;
using codec::Node;

constexpr std::int64_t kCountMax = 1'000'000'000;
constexpr std::int64_t kTimeMax = std::int64_t{86'400} * 1'000'000'000;  // A day.

Node to_node(const measure::Policy& policy) {
  Node node = Node::map();
  node.set("warmup_samples_min", policy.warmup_samples_min);
  node.set("warmup_max_ns", std::int64_t{policy.warmup_max.count()});
  node.set("samples_min", policy.samples_min);
  node.set("samples_max", policy.samples_max);
  node.set("budget_ns", std::int64_t{policy.budget.count()});
  node.set("sample_length_ns", std::int64_t{policy.sample_length.count()});
  node.set("width_target", policy.width_target);
  node.set("cache", static_cast<int>(policy.cache));
  return node;
}

Result<measure::Policy> policy_from(const Node& node) {
  ASSAY_TRY(const Fields fields, Fields::of(node, "assignment.policy"));
  measure::Policy policy;
  ASSAY_TRY(const std::int64_t warmup, fields.integer("warmup_samples_min", 0, kCountMax));
  ASSAY_TRY(const std::int64_t warmup_max, fields.integer("warmup_max_ns", 0, kTimeMax));
  ASSAY_TRY(const std::int64_t samples_min, fields.integer("samples_min", 1, kCountMax));
  ASSAY_TRY(const std::int64_t samples_max, fields.integer("samples_max", 1, kCountMax));
  ASSAY_TRY(const std::int64_t budget, fields.integer("budget_ns", 0, kTimeMax));
  ASSAY_TRY(const std::int64_t length, fields.integer("sample_length_ns", 0, kTimeMax));
  ASSAY_TRY(policy.width_target, fields.number("width_target"));
  ASSAY_TRY(const std::int64_t cache, fields.integer("cache", 0, 2));
  policy.warmup_samples_min = static_cast<int>(warmup);
  policy.warmup_max = Nanoseconds(warmup_max);
  policy.samples_min = static_cast<int>(samples_min);
  policy.samples_max = static_cast<int>(samples_max);
  policy.budget = Nanoseconds(budget);
  policy.sample_length = Nanoseconds(length);
  policy.cache = static_cast<measure::CacheState>(cache);
  return policy;
}

/// The body of a message of our version; `kind` is for the complaint.
Result<Node> open_message(std::string_view line, std::string_view kind) {
  if (static_cast<std::int64_t>(line.size()) > kMessageSizeMax.count()) {
    return Error::bug("{} is too long: {} bytes, {} at most", kind, line.size(),
                      kMessageSizeMax.count());
  }
  ASSAY_TRY(Node message,
            codec::parse_json(line).context("in a message that should be a {}", kind));
  ASSAY_TRY(const Fields fields, Fields::of(message, std::string(kind)));
  ASSAY_TRY(const std::int64_t version, fields.integer("version"));
  if (version == kProtocolVersion) return message;
  return Error::bug("{} of version {}: this program speaks version {}", kind, version,
                    kProtocolVersion);
}

}  // namespace

std::string encode_hello(const std::string& build) {
  Node message = Node::map();
  message.set("version", kProtocolVersion);
  message.set("hello", build);
  return codec::to_json(message);
}

Result<std::string> decode_hello(std::string_view line) {
  ASSAY_TRY(const Node message, open_message(line, "hello"));
  ASSAY_TRY(const Fields fields, Fields::of(message, "hello"));
  return fields.text("hello");
}

std::string encode_assignment(const Assignment& assignment) {
  Node message = Node::map();
  message.set("version", kProtocolVersion);
  message.set("trial", sweep::to_node(assignment.trial));
  message.set("policy", to_node(assignment.policy));
  message.set("policy_hash", assignment.policy_hash);
  message.set("threads", assignment.threads);
  message.set("replicate", assignment.replicate);
  message.set("position", assignment.position);
  message.set("process_seed", to_hex(assignment.process_seed));
  return codec::to_json(message);
}

Result<Assignment> decode_assignment(std::string_view line) {
  ASSAY_TRY(const Node message, open_message(line, "assignment"));
  ASSAY_TRY(const Fields fields, Fields::of(message, "assignment"));
  Assignment assignment;
  ASSAY_TRY(const Node* trial, fields.any("trial"));
  ASSAY_TRY(assignment.trial, sweep::trial_from(*trial));
  ASSAY_TRY(const Node* policy, fields.any("policy"));
  ASSAY_TRY(assignment.policy, policy_from(*policy));
  ASSAY_TRY(assignment.policy_hash, fields.text("policy_hash"));
  ASSAY_TRY(const std::int64_t threads, fields.integer("threads", 1, 4096));
  ASSAY_TRY(const std::int64_t replicate, fields.integer("replicate", 0, kCountMax));
  ASSAY_TRY(const std::int64_t position, fields.integer("position", 0, kCountMax));
  ASSAY_TRY(assignment.process_seed, fields.hex("process_seed"));
  assignment.threads = static_cast<int>(threads);
  assignment.replicate = static_cast<int>(replicate);
  assignment.position = static_cast<int>(position);
  return assignment;
}

std::string encode_reply(const store::Record& record) {
  Node message = Node::map();
  message.set("version", kProtocolVersion);
  message.set("record", store::to_node(record));
  return codec::to_json(message);
}

Result<store::Record> decode_reply(std::string_view line) {
  ASSAY_TRY(const Node message, open_message(line, "reply"));
  ASSAY_TRY(const Fields fields, Fields::of(message, "reply"));
  ASSAY_TRY(const Node* record, fields.any("record"));
  return store::record_from(*record);
}

}  // namespace assay::worker
