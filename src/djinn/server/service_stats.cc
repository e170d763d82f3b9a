// SPDX-License-Identifier: MIT
// The part of DeviceService that tells how it is.
#include <algorithm>

#include "core/codec/json.h"
#include "core/nearest.h"
#include "djinn/server/service.h"

namespace assay::djinn {
namespace {

using codec::Node;

Node bytes_node(Bytes bytes) {
  return bytes.count();
}

Node segment_node(const SegmentReport& segment) {
  Node node = Node::map();
  node.set("reserved_bytes", bytes_node(segment.reserved));
  node.set("used_bytes", bytes_node(segment.used));
  node.set("internal_waste_bytes", bytes_node(segment.waste_internal));
  node.set("external_waste_bytes", bytes_node(segment.waste_external));
  node.set("free_bytes", bytes_node(segment.free));
  return node;
}

Node swap_node(const SwapCounts& swap) {
  Node node = Node::map();
  node.set("swapped_out_bytes", bytes_node(swap.to_host));
  node.set("swapped_in_bytes", bytes_node(swap.to_device));
  node.set("dropped_bytes", bytes_node(swap.dropped));
  node.set("appended_bytes", bytes_node(swap.appended));
  node.set("cleans", swap.cleans);
  node.set("restores", swap.restores);
  node.set("drops", swap.drops);
  node.set("corrupt", swap.corrupt);
  return node;
}

Node plans_node(const plan::PlanCacheCounts& plans) {
  Node node = Node::map();
  node.set("hits", plans.hits);
  node.set("misses", plans.misses);
  node.set("evictions", plans.evictions);
  node.set("cache_size", plans.entries);
  node.set("held_bytes", bytes_node(plans.held));
  const std::int64_t asked = plans.hits + plans.misses;
  // Null, not 0, where nobody asked yet.
  node.set("hit_rate_percent",
           asked == 0 ? Node()
                      : Node(100.0 * static_cast<double>(plans.hits) / static_cast<double>(asked)));
  return node;
}

Node steps_node(const StepCounts& steps) {
  Node node = Node::map();
  node.set("alone", steps.alone.load());
  node.set("shared", steps.shared.load());
  node.set("sessions_in_shared", steps.riders.load());
  return node;
}

Node session_node(const KeptSession& session, const SessionFacts& facts) {
  Node node = Node::map();
  node.set("session", format("{}.{}", session.id.index, session.id.generation));
  node.set("model", session.model->name);
  node.set("rows", session.rows);
  node.set("capacity", session.capacity);
  node.set("tokens", std::ranges::max(session.lengths));
  node.set("qos", to_text(session.qos));
  node.set("phase", session.phase.is_waiting() ? "IO_WAIT" : "COMPUTE");
  node.set("residence", to_text(facts.residence));
  node.set("is_attached", session.owner != kNobody);
  node.set("requests", static_cast<std::int64_t>(session.sequence));
  node.set("reserved_bytes", bytes_node(session.reserved));
  node.set("held_bytes", bytes_node(facts.held));
  node.set("dirty_bytes", bytes_node(facts.dirty));
  node.set("host_bytes", bytes_node(facts.host));
  return node;
}

/// What is in force, read off what acts on it.
Node settings_node(const SessionKeeper& sessions, const DeviceMemoryOptions& memory) {
  Node node = Node::map();
  node.set("policy", sessions.policy());
  node.set("idle_threshold_ns", sessions.options().policy_options.idle_after.count());
  node.set("prefetch_margin_ns", sessions.options().policy_options.margin.count());
  node.set("data_layout", to_text(memory.layout));
  node.set("session_arena_bytes", bytes_node(memory.arena_size));
  node.set("block_bytes", bytes_node(memory.block_size));
  return node;
}

}  // namespace

void DeviceService::publish() {
  Snapshot snapshot{.text = memory_->text().report(),
                    .weights = memory_->text().counts(),
                    .received = weights_.received(),
                    .values = values_.held(),
                    .models = {}};
  for (const auto& [id, model] : models_.models()) {
    snapshot.models.push_back({to_hex(id.bytes), model->name, model->weight_bytes});
  }
  const std::scoped_lock lock(snapshot_mutex_);
  snapshot_ = std::move(snapshot);
}

Served<std::string> DeviceService::stats(const std::string& section,
                                         const std::string& of_connections) const {
  const MemoryReport memory =
      sessions_->with_memory([](DeviceMemory& all) { return all.sessions().report(); });
  Snapshot snapshot;
  {
    const std::scoped_lock lock(snapshot_mutex_);
    snapshot = snapshot_;
  }
  Node vmu = Node::map();
  vmu.set("text", segment_node(snapshot.text));
  vmu.set("data", segment_node(memory.data));
  vmu.set("host_pool", segment_node(memory.host));
  vmu.set("dirty_bytes", bytes_node(memory.dirty));
  vmu.set("clean_bytes", bytes_node(memory.clean));
  vmu.set("reserved_by_sessions_bytes", bytes_node(sessions_->reserved()));
  vmu.set("kept_values_bytes", bytes_node(snapshot.values));
  Node weights = Node::map();
  weights.set("weights", snapshot.weights.weights);
  weights.set("received_bytes", static_cast<std::int64_t>(snapshot.received));
  weights.set("evicted", snapshot.weights.evicted);
  Node models = Node::list();
  for (const auto& model : snapshot.models) {
    Node node = Node::map();
    node.set("model", model.id);
    node.set("name", model.name);
    node.set("weight_bytes", bytes_node(model.weight_bytes));
    models.append(std::move(node));
  }
  Node sessions = Node::list();
  sessions_->for_each([&](const KeptSession& session, const SessionFacts& facts) {
    sessions.append(session_node(session, facts));
  });
  ASSAY_TRY(Node connections, codec::parse_json(of_connections));
  Node all = Node::map();
  all.set("device", models_.device().name);
  all.set("settings", settings_node(*sessions_, memory_->options()));
  all.set("vmu", std::move(vmu));
  all.set("swap_pool", swap_node(memory.swap));
  all.set("plan_cache", plans_node(models_.plans()));
  all.set("decode_steps", steps_node(steps_));
  all.set("weights", std::move(weights));
  all.set("models", std::move(models));
  all.set("sessions", std::move(sessions));
  all.set("waiting_sessions", sessions_->waiting());
  all.set("connections", std::move(connections));
  if (section.empty()) return codec::to_json(all);
  if (const Node* part = all.find(section)) return codec::to_json(*part);
  std::vector<std::string> known;
  for (const auto& [key, value] : all.entries())
    known.push_back(key);
  return Failure(ErrorCode::kInvalid, unknown_name("section", section, known));
}

}  // namespace assay::djinn
