// SPDX-License-Identifier: MIT
#include "lab/store/index.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "core/codec/sqlite.h"
#include "core/codec/temporary_folder.h"
#include "lab/store/run_folder.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;
using codec::Node;

class IndexTest : public ::testing::Test {
 protected:
  fs::path make_run(std::string_view name, int ok_count, int failed_count) const {
    Result<RunFolder> run = RunFolder::create(root_, "night_sweep", name);
    EXPECT_TRUE(run);
    Node spec = Node::map();
    spec.set("name", name);
    spec.set("scale", "cpu");
    Node config = Node::map();
    config.set(kSpecHashKey, "abc");
    config.set("spec", spec);
    EXPECT_TRUE(run->write_document(kConfigFile, config));
    Record record;
    for (int i = 0; i < ok_count + failed_count; ++i) {
      record.status = i < ok_count ? Status::kOk : Status::kFailed;
      EXPECT_TRUE(run->append(record));
    }
    return run->path();
  }

  std::vector<RunEntry> list() const {
    Result<std::vector<RunEntry>> runs = list_runs(root_);
    EXPECT_TRUE(runs);
    return runs ? *runs : std::vector<RunEntry>{};
  }

  fs::path index() const { return root_ / "index.db"; }

  const codec::TemporaryFolder temporary_{"index"};
  const fs::path root_ = temporary_.path();
};

TEST_F(IndexTest, WhatMayNotBeReadIsNoEmptyList) {
  // A loop of links cannot be opened by anybody, root included.
  const fs::path loop = root_ / "loop";
  fs::create_symlink(loop, loop);
  const auto runs = list_runs(loop);
  ASSERT_FALSE(runs);
  EXPECT_EQ(exit_code(runs.error()), 3);
  EXPECT_EQ(runs.error().message().find("cannot read the folder " + loop.string() + ": "), 0U);
  const fs::path file = root_ / "file";
  std::ofstream(file) << "x";
  EXPECT_FALSE(list_runs(file));
  EXPECT_TRUE(list().empty()) << "neither is a group";
}

TEST_F(IndexTest, ListsWhatTheFoldersSay) {
  EXPECT_TRUE(list().empty());
  EXPECT_TRUE(list_runs(root_ / "none")->empty());
  const fs::path g3 = make_run("g3", 2, 1);
  const std::vector<RunEntry> runs = list();
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].run_id, g3.filename());
  EXPECT_EQ(runs[0].group, "night_sweep");
  EXPECT_EQ(runs[0].path, g3);
  EXPECT_EQ(runs[0].name, "g3");
  EXPECT_EQ(runs[0].scale, "cpu");
  EXPECT_EQ(runs[0].spec_hash, "abc");
  EXPECT_EQ(runs[0].finished, "");
  EXPECT_EQ(runs[0].records, 3);
  EXPECT_EQ(runs[0].ok_records, 2);
  EXPECT_EQ(runs[0].damaged_lines, 0);
  EXPECT_TRUE(fs::exists(index()));
}

TEST_F(IndexTest, NoticesEveryChange) {
  const fs::path g3 = make_run("g3", 1, 0);
  EXPECT_EQ(list().size(), 1U);
  {
    Result<RunFolder> run = RunFolder::open(g3, RunFolder::Access::kWrite);
    ASSERT_TRUE(run && run->append(Record{}));
    EXPECT_EQ(list()[0].records, 2);
    ASSERT_TRUE(run->finish());
  }
  EXPECT_NE(list()[0].finished, "");
  const fs::path s1 = make_run("s1", 0, 0);
  EXPECT_EQ(list().size(), 2U);
  EXPECT_EQ(list()[0].name, s1.filename() > g3.filename() ? "s1" : "g3") << "newest first";
  fs::remove_all(g3);
  ASSERT_EQ(list().size(), 1U);
  EXPECT_EQ(list()[0].name, "s1");
}

TEST_F(IndexTest, AnswersFromMemoryWhereNothingChanged) {
  make_run("g3", 1, 0);
  list();
  {
    Result<codec::Database> database = codec::Database::open(index());
    ASSERT_TRUE(database && database->execute("UPDATE runs SET name = 'remembered'"));
  }
  EXPECT_EQ(list()[0].name, "remembered");
  ASSERT_TRUE(rebuild_index(root_));
  EXPECT_EQ(list()[0].name, "g3");
}

TEST_F(IndexTest, ADamagedIndexIsMadeAnew) {
  make_run("g3", 1, 0);
  list();
  const std::uintmax_t size = fs::file_size(index());
  const std::string garbage(5'000, 'x');
  for (int kind = 0; kind < 4; ++kind) {
    if (kind == 0) fs::remove(index());
    if (kind == 1) std::ofstream(index(), std::ios::trunc) << garbage;
    if (kind == 2) fs::resize_file(index(), size / 2);
    if (kind == 3) std::ofstream(index(), std::ios::trunc) << "";
    ASSERT_EQ(list().size(), 1U) << kind;
    EXPECT_EQ(list()[0].name, "g3") << kind;
    Result<codec::Database> database = codec::Database::open(index());
    EXPECT_TRUE(database && database->execute("SELECT path FROM runs")) << kind;
  }
}

TEST_F(IndexTest, AnotherVersionIsMadeAnew) {
  make_run("g3", 1, 0);
  list();
  {
    Result<codec::Database> database = codec::Database::open(index());
    ASSERT_TRUE(database &&
                database->execute("ALTER TABLE runs DROP COLUMN scale; PRAGMA user_version = 9"));
  }
  EXPECT_EQ(list()[0].scale, "cpu");
}

TEST_F(IndexTest, WithoutAPlaceForTheIndexTheFoldersAnswer) {
  make_run("g3", 1, 0);
  fs::create_directory(index());  // Nothing can be written there, even as root.
  std::ofstream(index() / "occupied") << "x";
  EXPECT_EQ(list().size(), 1U);
  EXPECT_FALSE(rebuild_index(root_));
}

TEST_F(IndexTest, PassesOverWhatIsNoRun) {
  make_run("g3", 1, 0);
  fs::create_directories(root_ / "night_sweep" / "empty");
  std::ofstream(root_ / "stray") << "x";
  std::ofstream(root_ / "night_sweep" / "stray") << "x";
  EXPECT_EQ(list().size(), 1U);
}

}  // namespace
}  // namespace assay::store
