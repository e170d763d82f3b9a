// SPDX-License-Identifier: MIT
// The passes by name, in the order in which they are applied. Each leaves what is calculated as it
// is, up to rounding, and each can be switched off.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

#include "engine/graph/types.h"

namespace assay::graph {

struct Pass {
  std::string_view name;  ///< "qkv"
  std::string_view meaning;
  Result<Graph> (*apply)(const Graph& graph, const Bindings& bindings);
};

std::span<const Pass> pass_list();

/// Every pass in turn but those that are switched off; a name that is no pass is an error.
Result<Graph> apply_passes(const Graph& graph, const Bindings& bindings,
                           const std::set<std::string>& switched_off = {});

}  // namespace assay::graph
