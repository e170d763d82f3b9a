// SPDX-License-Identifier: MIT
// What one unit of work saw besides its time: requests, bytes at the socket, tokens that were
// computed, where the server's time went. The metrics of the workloads that talk to a server, and
// the evidence from which they read their factors back.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "core/value.h"
#include "djinn/transport/stream.h"
#include "djinn/wire/model_messages.h"
#include "lab/spec/vocabulary.h"

namespace assay::workload {

struct UnitTrace {
  bool is_served = true;             ///< False: in this process, and nothing travels.
  std::int64_t calls = 1;            ///< Of the task, however many requests each takes.
  std::int64_t requests = 0;         ///< That a device works for: calls, appends.
  std::int64_t under_way_most = 0;   ///< Of them, at once.
  std::int64_t tokens_computed = 0;  ///< Of a decoder: how many were put through it.
  std::int64_t graphs_sent = 0;      ///< Of whole models, behind the first one.
  std::int64_t ops_sent = 0;         ///< Requests for one op.
  std::uint64_t sent = 0;            ///< Bytes at the socket, headers and all.
  std::uint64_t received = 0;
  std::uint64_t answer_values = 0;  ///< Bytes of tensors among them that came back.
  djinn::StageTimers stages = {};   ///< Sums over requests.
  Nanoseconds whole{0};

  void add(const djinn::StageTimers& timers);
  void add_bytes(const djinn::ByteCounters& before, const djinn::ByteCounters& after);
};

/// What unit_metrics fills, in its order.
std::vector<spec::MetricEntry> unit_metric_entries();
/// Means over the last `units_asked` units (over all, where there are fewer): bytes and requests of
/// a unit, times of a call and of a request. What is not asked of a server is missing, but for the
/// bytes: none.
std::vector<std::pair<std::string, Value>> unit_metrics(const std::deque<UnitTrace>& units,
                                                        std::int64_t units_asked);

}  // namespace assay::workload
