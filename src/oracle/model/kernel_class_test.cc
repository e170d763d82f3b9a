// SPDX-License-Identifier: MIT
#include "oracle/model/kernel_class.h"

#include <gmock/gmock.h>

#include <set>

#include "engine/graph/op.h"

namespace assay::oracle {
namespace {

TEST(KernelClass, EveryOpHasOneAndEveryClassHasAName) {
  std::set<KernelClass> seen;
  for (const graph::OpDefinition* op : graph::op_list())
    seen.insert(class_of_op(op->name));
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kKernelClassCount));
  std::set<std::string_view> names;
  for (int i = 0; i < kKernelClassCount; ++i)
    names.insert(to_text(static_cast<KernelClass>(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kKernelClassCount));
}

TEST(KernelClass, NamesOpsThatThereAre) {
  const struct {
    std::string_view op;
    KernelClass kind;
  } cases[] = {{"linear", KernelClass::kProduct},         {"matmul", KernelClass::kProduct},
               {"conv2d", KernelClass::kConvolution},     {"attention", KernelClass::kAttention},
               {"layer_norm", KernelClass::kNorm},        {"softmax", KernelClass::kNorm},
               {"activation", KernelClass::kElementwise}, {"copy", KernelClass::kMove},
               {"embedding", KernelClass::kMove}};
  for (const auto& [op, kind] : cases) {
    EXPECT_EQ(class_of_op(op), kind) << op;
    EXPECT_EQ(graph::find_op(op).has_value(), op != "copy") << "a copy is the planner's";
  }
}

}  // namespace
}  // namespace assay::oracle
