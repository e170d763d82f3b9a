// SPDX-License-Identifier: MIT
#include "engine/graph/passes/pass_list.h"

#include <gmock/gmock.h>

#include "engine/graph/canonical.h"
#include "engine/graph/passes/invented_model.h"

namespace assay::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::set<std::string> all_names() {
  std::set<std::string> names;
  for (const Pass& pass : pass_list())
    names.emplace(pass.name);
  return names;
}

TEST(ApplyPasses, LeaveOfABlockWhatTheMachineHasToDo) {
  const Graph after = *apply_passes(invented_block(), invented_bindings());
  EXPECT_THAT(running_op_counts(after),
              ElementsAre(Pair("attention", 1), Pair("layer_norm", 2), Pair("linear", 4),
                          Pair("reshape", 4), Pair("slice", 3)));
  EXPECT_EQ(after.of_kind(NodeKind::kWeight).size(),
            invented_block().of_kind(NodeKind::kWeight).size());
  EXPECT_TRUE(infer_types(after, {{"batch", 9}, {"tokens", 7}}).has_value());
}

TEST(ApplyPasses, EachCanBeSwitchedOff) {
  EXPECT_EQ(all_names().size(), pass_list().size());
  const Graph block = invented_block();
  EXPECT_EQ(fingerprint(*apply_passes(block, invented_bindings(), all_names())),
            fingerprint(block));
  const std::string with_all = fingerprint(*apply_passes(block, invented_bindings()));
  for (const std::string& name : all_names()) {
    const Result<Graph> without = apply_passes(block, invented_bindings(), {name});
    ASSERT_TRUE(without.has_value()) << name << ": " << without.error().to_string();
    EXPECT_NE(fingerprint(*without), with_all) << name << " has something to do in a block";
  }
}

TEST(ApplyPasses, ASecondTimeFindNothing) {
  const Graph once = *apply_passes(invented_block(), invented_bindings());
  EXPECT_EQ(fingerprint(*apply_passes(once, invented_bindings())), fingerprint(once));
}

TEST(ApplyPasses, RefuseAnUnknownName) {
  EXPECT_EQ(apply_passes(invented_block(), invented_bindings(), {"kqv"}).error().message(),
            "unknown pass: kqv; did you mean qkv? known: attention, identities, qkv, norm_folding, "
            "epilogue");
}

TEST(ApplyPasses, NameThePassThatAGraphDoesNotFit) {
  EXPECT_THAT(apply_passes(invented_block(), {{"batch", 1}}).error().to_string(),
              ::testing::HasSubstr("extent tokens is not bound to a size\n"));
}

}  // namespace
}  // namespace assay::graph
