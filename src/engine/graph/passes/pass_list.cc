// SPDX-License-Identifier: MIT
// To add a pass: (1) passes/<name>.{h,cc} and its test, smallest example identities; (2) one
// include and one line here, at its place in the order; its rule is written with rewrite.h.
#include "engine/graph/passes/pass_list.h"

#include <algorithm>
#include <array>

#include "core/nearest.h"
#include "engine/graph/passes/attention.h"
#include "engine/graph/passes/epilogue.h"
#include "engine/graph/passes/identities.h"
#include "engine/graph/passes/norm_folding.h"
#include "engine/graph/passes/qkv.h"

namespace assay::graph {

std::span<const Pass> pass_list() {
  static const std::array<Pass, 5> list{{
      {"attention", "Attention that is written out becomes one op.", attention_pass},
      // Behind attention: its permutations cancel here.
      {"identities", "Ops that change nothing go away.", identities_pass},
      {"qkv", "Layers over one x become one layer.", qkv_pass},
      // Behind qkv: a norm before q, k and v then has one use.
      {"norm_folding", "Constants of norms go into the product beside them.", norm_folding_pass},
      // Behind norm_folding: a conv2d takes the batch_norm before the residual and the activation.
      {"epilogue", "Activations and residuals become part of the product before them.",
       epilogue_pass},
  }};
  return list;
}

Result<Graph> apply_passes(const Graph& graph, const Bindings& bindings,
                           const std::set<std::string>& switched_off) {
  std::vector<std::string> names;
  for (const Pass& pass : pass_list())
    names.emplace_back(pass.name);
  for (const std::string& name : switched_off) {
    if (std::ranges::find(names, name) == names.end()) {
      return Error::user("{}", unknown_name("pass", name, names));
    }
  }
  Graph current = graph;
  for (const Pass& pass : pass_list()) {
    if (switched_off.contains(std::string(pass.name))) continue;
    ASSAY_TRY(current, pass.apply(current, bindings).context("in pass {}", pass.name));
  }
  return current;
}

}  // namespace assay::graph
