// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/server_factors.h"

#include <algorithm>
#include <cmath>

#include "core/format.h"
#include "lab/workload/device_parameter.h"
#include "lab/workload/parameters.h"

namespace assay::workload {
namespace {

constexpr std::int64_t kKibi = 1 << 10;
constexpr std::int64_t kMebi = 1 << 20;
/// Of the machine: a segment is whole ones.
constexpr double kPageKb = 4;

Result<const codec::Node*> part_of(const codec::Node& node, std::string_view name) {
  const codec::Node* const part = node.find(name);
  if (part != nullptr) return part;
  return Error::environment("the server says nothing of {}", name);
}

Result<Bytes> bytes_in(const codec::Node& node, std::string_view name) {
  ASSAY_TRY(const std::int64_t count, count_in(node, name));
  return Bytes(count);
}

Result<std::string> text_in(const codec::Node& node, std::string_view name) {
  ASSAY_TRY(const codec::Node* const part, part_of(node, name));
  if (const std::string* const text = part->as_string()) return *text;
  return Error::environment("the server says no text of {}", name);
}

}  // namespace

std::vector<spec::Parameter> server_parameters(std::shared_ptr<const backend::Registry> devices) {
  return {
      // Those that a server can be started with, ours first.
      choice_parameter("policy", "Of the server, for the states of idle sessions.",
                       {"lazy", "proactive", "reactive", "lru", "none"}),
      integer_parameter("states_kb", "Device memory for the states of sessions [KiB].", 1, 4096),
      integer_parameter("text_mb", "Device memory for weights [MiB].", 1, 32),
      integer_parameter("host_mb", "Memory of the host for states that left the device [MiB].", 0,
                        256),
      integer_parameter("arena_kb", "Of a session [KiB]; 0: pages as tokens come.", 0, 0),
      integer_parameter("block_kb", "Of a page [KiB].", 4, 4),
      device_parameter(std::move(devices))};
}

Result<TrialServerRequest> read_server_factors(const spec::Factors& factors) {
  TrialServerRequest server;
  ASSAY_TRY(server.device, factors.text("device"));
  ASSAY_TRY(server.policy, factors.text("policy"));
  ASSAY_TRY(const std::int64_t states, factors.integer("states_kb"));
  ASSAY_TRY(const std::int64_t host, factors.integer("host_mb"));
  ASSAY_TRY(const std::int64_t arena, factors.integer("arena_kb"));
  ASSAY_TRY(const std::int64_t block, factors.integer("block_kb"));
  ASSAY_TRY(const std::int64_t text, factors.integer("text_mb"));
  if (server.policy != "none" && host == 0) {
    return Error::user("the policy {} moves states to the host: host_mb is 0", server.policy);
  }
  server.data = Bytes(states * kKibi);
  server.host = Bytes(host * kMebi);
  server.block = Bytes(block * kKibi);
  server.text = Bytes(text * kMebi);
  if (arena > 0) {
    server.layout = djinn::DataLayout::kContiguous;
    server.arena = Bytes(arena * kKibi);
  }
  return server;
}

Result<ServerFacts> read_server_facts(TrialServer& server) {
  ServerFacts facts;
  ASSAY_TRY(const codec::Node all, server.stats());
  ASSAY_TRY(const codec::Node* const settings, part_of(all, "settings"));
  ASSAY_TRY(facts.policy, text_in(*settings, "policy"));
  ASSAY_TRY(facts.layout, text_in(*settings, "data_layout"));
  ASSAY_TRY(const std::int64_t idle_after, count_in(*settings, "idle_threshold_ns"));
  ASSAY_TRY(const std::int64_t margin, count_in(*settings, "prefetch_margin_ns"));
  facts.idle_after = Nanoseconds(idle_after);
  facts.margin = Nanoseconds(margin);
  ASSAY_TRY(facts.arena, bytes_in(*settings, "session_arena_bytes"));
  ASSAY_TRY(facts.block, bytes_in(*settings, "block_bytes"));
  ASSAY_TRY(const codec::Node* const memory, part_of(all, "vmu"));
  for (const auto& [name, into] :
       {std::pair("data", &facts.states), {"host_pool", &facts.host}, {"text", &facts.text}}) {
    ASSAY_TRY(const codec::Node* const segment, part_of(*memory, name));
    ASSAY_TRY(*into, bytes_in(*segment, "reserved_bytes"));
  }
  return facts;
}

double as_asked(double asked, double seen, double step) {
  return std::abs(asked - seen) <= step ? asked : seen;
}

void observe_server(const ServerFacts& facts, spec::Factors& factors) {
  const auto set = [&](const char* name, Bytes seen, std::int64_t unit, double step) {
    const auto asked = factors.number(name);
    const double value = static_cast<double>(seen.count()) / static_cast<double>(unit);
    factors.set(name, std::llround(asked ? as_asked(*asked, value, step) : value));
  };
  const bool is_arena = facts.layout == to_text(djinn::DataLayout::kContiguous);
  const Bytes arena = is_arena ? facts.arena : Bytes(0);
  factors.set("policy", facts.policy);
  set("states_kb", facts.states, kKibi, kPageKb);
  set("text_mb", facts.text, kMebi, kPageKb / kKibi);
  set("host_mb", facts.host, kMebi, kPageKb / kKibi);
  set("arena_kb", arena, kKibi, 0);
  set("block_kb", facts.block, kKibi, 0);
}

}  // namespace assay::workload
