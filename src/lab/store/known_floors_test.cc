// SPDX-License-Identifier: MIT
#include "lab/store/known_floors.h"

#include <gmock/gmock.h>

#include "core/codec/temporary_folder.h"
#include "lab/store/run_folder.h"

namespace assay::store {
namespace {

using codec::Node;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

auto floor_is(const std::string& cell_class, double detectable, const std::string& run) {
  return ::testing::AllOf(Field(&KnownFloor::cell_class, cell_class),
                          Field(&KnownFloor::detectable, detectable),
                          Field(&KnownFloor::run_id, run));
}

TEST(KnownFloors, ReadBackAsTheyWereWritten) {
  Node document = Node::map();
  document.set("known_floors", to_node({{"gemm, 1 ms to 10 ms", 0.0125, "run_1"}, {"x", 0, ""}}));
  EXPECT_THAT(known_floors_in(document, "known_floors"),
              ElementsAre(floor_is("gemm, 1 ms to 10 ms", 0.0125, "run_1"), floor_is("x", 0, "")));
}

TEST(KnownFloors, WhatIsNoFloorIsPassedOver) {
  Node list = Node::list();
  list.append("text");
  list.append(Node::map());
  for (const Node& detectable : {Node(), Node("much"), Node(-0.1)}) {
    Node item = Node::map();
    item.set("class", "x");
    item.set("detectable", detectable);
    list.append(std::move(item));
  }
  Node document = Node::map();
  document.set("floors", list);
  document.set("other", 3);
  EXPECT_THAT(known_floors_in(document, "floors"), IsEmpty());
  EXPECT_THAT(known_floors_in(document, "other"), IsEmpty());
  EXPECT_THAT(known_floors_in(document, "absent"), IsEmpty());
  EXPECT_THAT(known_floors_in(Node(), "floors"), IsEmpty());
}

/// A run on `machine` whose summary has these floors.
std::string make_run(const std::filesystem::path& root, const std::string& machine,
                     const std::vector<KnownFloor>& floors, bool is_finished = true) {
  Result<RunFolder> run = RunFolder::create(root, "tests", "x");
  EXPECT_TRUE(run);
  Node config = Node::map();
  config.set(kMachineKey, machine);
  EXPECT_TRUE(run->write_document(kConfigFile, config));
  Node summary = Node::map();
  summary.set("floors", to_node(floors));
  EXPECT_TRUE(run->write_document(kSummaryFile, summary));
  EXPECT_TRUE(!is_finished || run->finish());
  return run->id();
}

TEST(LatestFloors, AreTheNewestOfEachClassOnThisMachine) {
  const codec::TemporaryFolder root("floors");
  EXPECT_THAT(*latest_floors(root.path(), "m"), IsEmpty());
  make_run(root.path(), "m", {{"a", 0.5, ""}, {"b", 0.25, ""}});
  const std::string second = make_run(root.path(), "m", {{"a", 0.01, ""}, {"a", 0.02, ""}});
  make_run(root.path(), "another machine", {{"a", 0.3, ""}, {"c", 0.3, ""}});
  make_run(root.path(), "m", {{"a", 0.4, ""}}, false);
  make_run(root.path(), "m", {{"a", 0.7, "elsewhere"}});
  for (const char* from : {"the folders", "the index"}) {
    SCOPED_TRACE(from);
    const auto floors = latest_floors(root.path(), "m");
    ASSERT_TRUE(floors);
    ASSERT_EQ(floors->size(), 2U);
    EXPECT_THAT((*floors)[0], floor_is("a", 0.02, second)) << "the newest run, its largest";
    EXPECT_EQ((*floors)[1].cell_class, "b");
  }
}

}  // namespace
}  // namespace assay::store
