// SPDX-License-Identifier: MIT
#include "lab/report/trust.h"

#include <gmock/gmock.h>

#include "lab/report/invented_run.h"

namespace assay::report {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(TrustOf, CountsProcessesDoubtsAndWarnings) {
  const InventedRun run = invented_sweep();
  const Trust trust = trust_of(run.view());
  EXPECT_EQ(trust.processes_min, 1);
  EXPECT_EQ(trust.processes_max, 5);
  EXPECT_DOUBLE_EQ(trust.detectable.number(), 0.014) << "the worst floor counts";
  EXPECT_THAT(trust.doubts, ElementsAre(Pair("preempted", 6)));
  EXPECT_EQ(to_text(trust),
            "1 to 5 processes · sees differences from 1.4 % · 0.41 % of samples doubtful · 2 "
            "warnings");
}

TEST(TrustOf, AnUnmeasuredFloorIsSaid) {
  InventedRun run = invented_run({96}, {"openblas"});
  EXPECT_EQ(to_text(trust_of(run.view())),
            "5 processes · its noise floor was not measured · 0 % of samples doubtful · 0 "
            "warnings");
}

TEST(Environment, IsFlattenedAndItsWarningsAreFoundAnywhere) {
  codec::Node root = codec::Node::map();
  codec::Node before = codec::Node::map();
  codec::Node warnings = codec::Node::list();
  warnings.append("load 3.1");
  before.set("warnings", warnings);
  before.set("governor", "performance");
  root.set("before", before);
  root.set("after", before);
  EXPECT_THAT(
      flat_environment(root),
      ElementsAre(Pair("before.warnings", "load 3.1"), Pair("before.governor", "performance"),
                  Pair("after.warnings", "load 3.1"), Pair("after.governor", "performance")));
  EXPECT_THAT(warnings_in(root), ElementsAre("load 3.1"));
  EXPECT_TRUE(flat_environment(codec::Node()).empty());
}

}  // namespace
}  // namespace assay::report
