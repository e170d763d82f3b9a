// SPDX-License-Identifier: MIT
// Every listed model travels: what a server reads is the graph that the builder made.
#include "djinn/wire/graph_message.h"

#include <gtest/gtest.h>

#include "engine/graph/canonical.h"
#include "engine/models/model_list.h"

namespace assay::tests {
namespace {

TEST(GraphMessage, CarriesEveryListedModel) {
  std::vector<std::string> names{"mlp64-32-8", "vit16x2x64@32", "resnet18@64"};
  for (const models::ListedModel& model : models::model_list()) {
    if (model.name.find('<') == std::string::npos) names.push_back(model.name);
  }
  ASSERT_GT(names.size(), 5U);
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    const auto graph = models::build_model(name);
    ASSERT_TRUE(graph) << graph.error().to_string();
    const auto bytes = djinn::write_graph(*graph);
    const auto read = djinn::read_graph(bytes);
    ASSERT_TRUE(read) << read.error().to_string();
    EXPECT_EQ(graph::canonical_bytes(*read), graph::canonical_bytes(*graph));
    EXPECT_LT(bytes.size(), std::size_t{1} << 20) << "a model is small beside its weights";
  }
}

}  // namespace
}  // namespace assay::tests
