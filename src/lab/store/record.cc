// SPDX-License-Identifier: MIT
#include "lab/store/record.h"

#include <array>
#include <optional>

#include "core/check.h"
#include "core/codec/fields.h"
#include "core/hash.h"

namespace assay::store {
namespace {

using codec::Node;

constexpr std::array<std::string_view, kStatusCount> kStatusNames{
    "ok", "skipped", "unsupported", "not_applied", "wrong", "timed_out", "out_of_memory", "failed"};

/// 0 means "not counted" in a record: it is null on disk, so that nobody takes it for a number.
Node count_node(double count) {
  return count == 0 ? Node() : codec::number_node(count);
}

Node samples_node(const measure::ArmSeries& series) {
  std::vector<Node> samples;
  samples.reserve(series.samples.size());
  for (const Nanoseconds sample : series.samples) {
    samples.emplace_back(std::int64_t{sample.count()});
  }
  return Node::list(std::move(samples));
}

/// Doubtful samples are few: [index, bits] pairs.
Node doubts_node(const measure::ArmSeries& series) {
  ASSAY_CHECK_EQ(series.doubts.size(), series.samples.size(), "every sample has its doubts");
  Node doubts = Node::list();
  for (std::size_t i = 0; i < series.doubts.size(); ++i) {
    if (series.doubts[i] == measure::kNone) continue;
    doubts.append(Node::list({static_cast<std::int64_t>(i), int{series.doubts[i]}}));
  }
  return doubts;
}

Node verification_node(const Verification& verification) {
  if (verification.method.empty()) return {};
  Node node = Node::map();
  node.set("method", verification.method);
  node.set("error", codec::number_node(verification.error));
  node.set("tolerance", codec::number_node(verification.tolerance));
  return node;
}

/// A number, or null beside the state and reason of its absence.
Node metrics_node(const std::vector<std::pair<std::string, Value>>& metrics) {
  Node node = Node::map();
  for (const auto& [name, value] : metrics) {
    Node one = Node::map();
    one.set("value", value.has_number() ? codec::number_node(value.number()) : Node());
    if (value.state() != State::kMeasured) one.set("state", to_text(value.state()));
    if (!value.reason().empty()) one.set("reason", value.reason());
    node.set(name, std::move(one));
  }
  return node;
}

Node to_node(const ArmRecord& arm) {
  Node node = Node::map();
  node.set("name", arm.name);
  node.set("status", to_text(arm.status));
  node.set("reason", arm.reason);
  node.set("asked", spec::to_node(arm.asked));
  node.set("observed", spec::to_node(arm.observed));
  node.set("mechanism", spec::to_node(arm.mechanism));
  node.set("flops", count_node(arm.flops));
  node.set("bytes", count_node(arm.bytes));
  node.set("work", count_node(arm.work));
  node.set("verification", verification_node(arm.verification));
  if (!arm.metrics.empty()) node.set("metrics", metrics_node(arm.metrics));
  if (!arm.series.simulated_by.empty()) node.set("simulated_by", arm.series.simulated_by);
  node.set("batch", arm.series.batch);
  node.set("samples_ns", samples_node(arm.series));
  node.set("doubtful_samples", doubts_node(arm.series));
  return node;
}

Node order_node(const std::vector<std::vector<std::uint8_t>>& order) {
  std::vector<Node> rounds;
  rounds.reserve(order.size());
  for (const std::vector<std::uint8_t>& round : order) {
    Node arms = Node::list();
    for (const std::uint8_t arm : round) {
      arms.append(int{arm});
    }
    rounds.push_back(std::move(arms));
  }
  return Node::list(std::move(rounds));
}

}  // namespace

std::string_view to_text(Status status) {
  return kStatusNames[static_cast<std::size_t>(status)];
}

State state_of(Status status) {
  ASSAY_CHECK(status != Status::kOk, "an arm that is ok has values, not a missing one");
  const std::optional<State> state = parse_state(to_text(status));
  ASSAY_CHECK(state.has_value(), "every status but ok is a state of the same name");
  return *state;
}

codec::Node to_node(const Record& record) {
  Node node = Node::map();
  node.set("schema", kRecordSchema);
  node.set("trial_key", to_hex(record.trial_key));
  node.set("trial_id", record.trial_id);
  node.set("kind", sweep::to_text(record.kind));
  node.set("comparison", record.comparison);
  node.set("factors", spec::to_node(record.factors));
  node.set("replicate", record.replicate);
  node.set("position", record.position);
  node.set("seed", to_hex(record.seed));
  node.set("build", record.build);
  node.set("policy", record.policy);
  node.set("pid", record.pid);
  node.set("started", record.started);
  node.set("duration_ns", std::int64_t{record.duration.count()});
  node.set("status", to_text(record.status));
  node.set("reason", record.reason);
  Node arms = Node::list();
  for (const ArmRecord& arm : record.arms) {
    arms.append(to_node(arm));
  }
  node.set("arms", std::move(arms));
  node.set("order", order_node(record.order));
  node.set("sample_length_ns", std::int64_t{record.sample_length.count()});
  node.set("stopped_by", record.stopped_by);
  if (!record.sampling.empty()) node.set("sampling", record.sampling);
  Node doubts = Node::list();
  for (const std::string& doubt : record.doubts) {
    doubts.append(doubt);
  }
  node.set("doubts", std::move(doubts));
  return node;
}

}  // namespace assay::store
