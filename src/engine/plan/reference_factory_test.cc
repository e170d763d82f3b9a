// SPDX-License-Identifier: MIT
#include "engine/plan/reference_factory.h"

#include <gmock/gmock.h>

namespace assay::plan {
namespace {

TEST(ReferenceFactory, CalculatesEveryOpThereIs) {
  const auto factory = make_reference_factory();
  for (const graph::OpDefinition* op : graph::op_list()) {
    graph::Node node;
    node.op = op;
    EXPECT_EQ(factory->lacks(node, graph::OperandTypes({})), std::nullopt) << op->name;
  }
  graph::OpDefinition fourier;
  fourier.name = "fourier";
  graph::Node node;
  node.op = &fourier;
  EXPECT_EQ(factory->lacks(node, graph::OperandTypes({})), "no kernel calculates fourier");
}

}  // namespace
}  // namespace assay::plan
