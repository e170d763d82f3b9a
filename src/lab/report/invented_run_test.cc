// SPDX-License-Identifier: MIT
#include "lab/report/invented_run.h"

#include <gtest/gtest.h>

#include <set>

namespace assay::report {
namespace {

TEST(InventedRun, HoldsEveryKindOfTrouble) {
  std::set<State> states;
  for (const auto& run : {invented_sweep(), invented_backends()}) {
    for (const analysis::CellFinding& cell : run.findings.cells)
      states.insert(cell.time.state());
  }
  EXPECT_EQ(states, (std::set{State::kMeasured, State::kContaminated, State::kUndecided,
                              State::kUnsupported}));
}

}  // namespace
}  // namespace assay::report
