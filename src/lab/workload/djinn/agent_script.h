// SPDX-License-Identifier: MIT
// What an agent says to its model, and what it must be answered: a prompt, then turn after turn the
// last answer and what a tool brought. The answers come from the engine in this process, so that a
// server that loses, mixes up or forgets a state is found out by the first token that differs.
#pragma once

#include <vector>

#include "engine/backend/device.h"
#include "engine/graph/weights.h"
#include "engine/models/builders/decoder.h"
#include "engine/runtime/text_session.h"

namespace assay::workload {

struct ScriptSizes {
  std::int64_t context = 256;  ///< Tokens that a session has room for.
  std::int64_t prompt = 192;   ///< Of them at the start.
  std::int64_t observed = 1;   ///< That a tool brings.
  std::int64_t answered = 3;   ///< Of every answer.

  /// Turns behind the prompt's own that there is room for.
  std::int64_t turns_max() const;
  /// Sizes with three quarters of the room for the prompt.
  static ScriptSizes of_context(std::int64_t context, std::int64_t answered);
};

struct Turn {
  std::vector<runtime::TokenId> says;
  std::vector<runtime::TokenId> answer;
};
/// The first turn is the prompt's.
using AgentScript = std::vector<Turn>;

/// The model that all agents share, GPT-2's structure in small.
struct AgentModel {
  graph::Graph graph;
  graph::Weights weights;
};
Result<AgentModel> make_agent_model(std::int64_t depth, std::int64_t width);

/// So many different scripts. A user error where the context has no room for a turn.
Result<std::vector<AgentScript>> write_scripts(backend::Device& device, const AgentModel& model,
                                               const ScriptSizes& sizes, std::int64_t count,
                                               std::uint64_t seed);

}  // namespace assay::workload
