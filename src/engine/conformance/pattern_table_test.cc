// SPDX-License-Identifier: MIT
#include "engine/conformance/pattern_table.h"

#include <gmock/gmock.h>

#include "engine/graph/passes/pass_list.h"

namespace assay::conformance {
namespace {

/// A pass that changes none of the models would be tested by none of them.
TEST(PatternTable, GivesEveryPassSomethingToDo) {
  for (const graph::Pass& pass : graph::pass_list()) {
    int changed = 0;
    for (const ModelCase& model : pattern_table()) {
      std::set<std::string> others;
      for (const graph::Pass& other : graph::pass_list()) {
        if (other.name != pass.name) others.insert(std::string(other.name));
      }
      const auto result = graph::apply_passes(model.graph, {}, others);
      ASSERT_TRUE(result) << model.name << ": " << result.error().to_string();
      changed += result->op_count() != model.graph.op_count() ? 1 : 0;
    }
    EXPECT_GT(changed, 0) << pass.name;
  }
}

TEST(PatternTable, HasModelsThatInfer) {
  EXPECT_GE(pattern_table().size(), 8U);
  for (const ModelCase& model : pattern_table())
    EXPECT_TRUE(graph::infer_types(model.graph, {})) << model.name;
}

}  // namespace
}  // namespace assay::conformance
