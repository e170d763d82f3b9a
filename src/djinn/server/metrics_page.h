// SPDX-License-Identifier: MIT
// What STATS tells, as other programs read it: Prometheus' text, and JSON with the field names of
// the original's diagnostics. Both are made of the one document, so that no two numbers differ;
// what it does not tell is null in the one and absent in the other, never 0.
#pragma once

#include <string>

#include "core/codec/node.h"

namespace assay::djinn {

struct ServerState {
  std::string node_id;    ///< Which start of the server it is.
  std::string timestamp;  ///< In UTC.
  bool is_stopping = false;
};

/// In the text format 0.0.4.
std::string prometheus_page(const codec::Node& stats);
/// `node_id, timestamp, status, vmu{}, summary{}, semantic_scheduler{}, scheduler{}, plan_cache{}`.
codec::Node diagnostics_page(const codec::Node& stats, const ServerState& state);

}  // namespace assay::djinn
