// SPDX-License-Identifier: MIT
#include "engine/conformance/op_table.h"

#include <gmock/gmock.h>

#include <set>

#include "engine/graph/types.h"

namespace assay::conformance {
namespace {

TEST(OpTable, HasEveryOp) {
  std::set<std::string> covered;
  for (const OpCase& op_case : op_table())
    covered.insert(op_case.op);
  for (const graph::OpDefinition* op : graph::op_list())
    EXPECT_TRUE(covered.contains(std::string(op->name)))
        << op->name << ": add its cases to op_table.cc";
}

TEST(OpTable, HasEmptyAndSingleExtentsAndEveryDtype) {
  std::set<tensor::DType> dtypes;
  int empty = 0;
  for (const OpCase& op_case : op_table()) {
    const ModelCase model = make_model(op_case, Dress::kPlain);
    const auto types = graph::infer_types(model.graph, {});
    ASSERT_TRUE(types) << model.name;
    for (const tensor::TensorType& type : *types) {
      dtypes.insert(type.dtype);
      empty += *tensor::element_count(type.shape) == 0 ? 1 : 0;
    }
  }
  EXPECT_EQ(dtypes.size(), tensor::dtype_names().size());
  EXPECT_GT(empty, 20);
}

TEST(OpTable, NamesNoCaseTwice) {
  std::set<std::string> names;
  for (const OpCase& op_case : op_table()) {
    const std::string name = make_model(op_case, Dress::kPlain).name;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

}  // namespace
}  // namespace assay::conformance
