// SPDX-License-Identifier: MIT
#include "engine/graph/op.h"

#include <gmock/gmock.h>

#include <set>

namespace assay::graph {
namespace {

TEST(OpList, HoldsEachOpOnceAndFindsItByName) {
  std::set<std::string_view> names;
  for (const OpDefinition* op : op_list()) {
    EXPECT_TRUE(names.insert(op->name).second) << op->name;
    EXPECT_EQ(*find_op(op->name), op);
    EXPECT_FALSE(op->meaning.empty()) << op->name;
    EXPECT_NE(op->infer_and_validate, nullptr) << op->name;
  }
  EXPECT_GE(names.size(), 29U);
}

TEST(OpList, OperandsStandInTheOrderThatAppendRelisOn) {
  for (const OpDefinition* op : op_list()) {
    ASSERT_FALSE(op->operands.empty()) << op->name;
    for (std::size_t i = 0; i + 1 < op->operands.size(); ++i) {
      EXPECT_NE(op->operands[i].role, OperandRole::kRepeated) << op->name << ": only the last";
    }
    EXPECT_TRUE(op->operands[0].role == OperandRole::kRequired ||
                op->operands[0].role == OperandRole::kRepeated)
        << op->name << ": operand 0 is what a view shows";
  }
}

TEST(OpList, DefaultsHaveTheKindOfTheirAttribute) {
  for (const OpDefinition* op : op_list()) {
    std::set<std::string_view> names;
    for (const AttributeDefinition& attribute : op->attributes) {
      EXPECT_TRUE(names.insert(attribute.name).second) << op->name << " " << attribute.name;
      if (!attribute.by_default) continue;
      EXPECT_EQ(kind_text(*attribute.by_default), kind_text(attribute.kind))
          << op->name << " " << attribute.name;
    }
  }
}

TEST(FindOp, OffersTheNearestName) {
  const auto op = find_op("liner");
  ASSERT_FALSE(op.has_value());
  EXPECT_THAT(op.error().message(),
              ::testing::StartsWith("unknown op: liner; did you mean linear? known: reshape, "));
}

TEST(OperandTypesDeathTest, OnlyAnOperandThatIsThereIsAskedFor) {
  const std::vector<std::optional<TensorType>> types{TensorType{}, std::nullopt};
  const OperandTypes operands(types);
  EXPECT_EQ(operands.count(), 2);
  EXPECT_TRUE(operands.has(0));
  EXPECT_FALSE(operands.has(1));
  volatile int beyond = 2;  // GCC 12 at -O3 takes a constant for an access, guarded or not.
  EXPECT_FALSE(operands.has(beyond));
  EXPECT_DEATH(operands[1], "only an operand that is there is asked for");
}

}  // namespace
}  // namespace assay::graph
