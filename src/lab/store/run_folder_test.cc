// SPDX-License-Identifier: MIT
#include "lab/store/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "core/codec/file.h"
#include "core/codec/json.h"
#include "core/codec/temporary_folder.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;
using Access = RunFolder::Access;
using codec::Node;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class RunFolderTest : public ::testing::Test {
 protected:
  RunFolder make_run(std::string_view name, std::string_view spec_hash) const {
    Result<RunFolder> run = RunFolder::create(root_, "night_sweep", name);
    EXPECT_TRUE(run);
    Node config = Node::map();
    config.set(kSpecHashKey, spec_hash);
    EXPECT_TRUE(run->write_document(kConfigFile, config));
    return std::move(*run);
  }

  const codec::TemporaryFolder temporary_{"run"};
  const fs::path root_ = temporary_.path();
};

Record record_of(std::uint64_t key, int replicate) {
  Record record;
  record.trial_key = key;
  record.trial_id = "trial " + std::to_string(key);
  record.replicate = replicate;
  record.status = Status::kOk;
  return record;
}

TEST_F(RunFolderTest, KeepsWhatItIsGiven) {
  fs::path path;
  {
    RunFolder run = make_run("g3", "abc");
    path = run.path();
    EXPECT_THAT(run.id(), MatchesRegex("[0-9]{8}_[0-9]{6}_g3"));
    EXPECT_EQ(run.group(), "night_sweep");
    ASSERT_TRUE(run.append(record_of(1, 0)));
    ASSERT_TRUE(run.append(record_of(1, 1)));
    EXPECT_FALSE(run.is_finished());
  }
  const Result<RunFolder> run = RunFolder::open(path, Access::kRead);
  ASSERT_TRUE(run);
  const Result<StoredRecords> stored = run->records();
  ASSERT_TRUE(stored);
  ASSERT_EQ(stored->records.size(), 2U);
  EXPECT_EQ(stored->records[1].replicate, 1);
  EXPECT_TRUE(stored->damage.empty());
  EXPECT_EQ(*run->read_document(kConfigFile)->find(kSpecHashKey), Node("abc"));
}

TEST_F(RunFolderTest, ASecondRunOfTheNameGetsASuffix) {
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(make_run("g3", "abc").id());
  }
  // Some may fall into the next second, but no two are equal.
  std::ranges::sort(ids);
  EXPECT_EQ(std::ranges::adjacent_find(ids), ids.end());
}

TEST_F(RunFolderTest, AFinishedRunHasOneDocumentOfAllRecords) {
  RunFolder run = make_run("g3", "abc");
  ASSERT_TRUE(run.append(record_of(1, 0)));
  ASSERT_TRUE(run.append(record_of(2, 0)));
  ASSERT_TRUE(run.finish());
  EXPECT_TRUE(run.is_finished());
  EXPECT_THAT(run.finished_at(), MatchesRegex("[0-9-]{10}T[0-9:]{8}Z"));
  const Result<Node> raw = run.read_document(kRawFile);
  ASSERT_TRUE(raw) << raw.error().to_string();
  EXPECT_EQ(*raw->find("schema"), Node("assay.raw/1"));
  ASSERT_EQ(raw->find("records")->items().size(), 2U);
  EXPECT_EQ(record_from(raw->find("records")->items()[1])->trial_key, 2U);
  ASSERT_TRUE(run.reopen());
  EXPECT_FALSE(run.is_finished());
}

TEST_F(RunFolderTest, TheSecondWriterIsRefusedAndAReaderIsNot) {
  const RunFolder first = make_run("g3", "abc");
  const Result<RunFolder> second = RunFolder::open(first.path(), Access::kWrite);
  ASSERT_FALSE(second);
  EXPECT_EQ(exit_code(second.error()), 3);
  EXPECT_THAT(second.error().message(), HasSubstr("process " + std::to_string(::getpid())));
  EXPECT_TRUE(RunFolder::open(first.path(), Access::kRead));
}

TEST_F(RunFolderTest, AKilledWriterLosesNothingThatWasAppended) {
  const fs::path path = make_run("g3", "abc").path();
  int done[2];
  ASSERT_EQ(::pipe(done), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Result<RunFolder> run = RunFolder::open(path, Access::kWrite);
    bool ok = run.has_value();
    for (int i = 0; ok && i < 10; ++i) {
      ok = run->append(record_of(1, i)).has_value();
    }
    const char answer = ok ? 'y' : 'n';
    if (::write(done[1], &answer, 1) == 1) ::pause();
    ::_exit(0);
  }
  char answer = '?';
  ASSERT_EQ(::read(done[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ::close(done[0]);
  ::close(done[1]);
  std::ofstream(path / kLogFile, std::ios::app) << "{\"crc\":\"half a rec";  // As if in mid-append.

  Result<RunFolder> run = RunFolder::open(path, Access::kWrite);
  ASSERT_TRUE(run) << run.error().to_string();
  EXPECT_EQ(run->torn_tail(), Bytes(18));
  ASSERT_TRUE(run->append(record_of(1, 10)));
  EXPECT_EQ(run->records()->records.size(), 11U);
}

TEST_F(RunFolderTest, DamageIsNamedAndCostsOneRecord) {
  const fs::path path = make_run("g3", "abc").path();
  const std::string good = codec::to_json(to_node(record_of(1, 0)));
  std::string bad = log_line(good);
  bad[60] = '#';
  std::ofstream(path / kLogFile) << log_line(good) << bad << log_line("{\"schema\":\"other\"}")
                                 << log_line(good) << "torn";
  const Result<StoredRecords> stored = RunFolder::open(path, Access::kRead)->records();
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->records.size(), 2U);
  const std::string log = (path / kLogFile).string();
  EXPECT_EQ(stored->damage,
            (std::vector<std::string>{
                log + ":2: its checksum does not fit",
                log + ": the last 4 B are a record that was never finished",
                log + ": record.schema: this Assay reads assay.record/1, got other"}));
}

TEST_F(RunFolderTest, AFullDiskIsTheEnvironmentsFaultAndKeepsEveryEarlierRecord) {
  RunFolder run = make_run("g3", "abc");
  ASSERT_TRUE(run.append(record_of(1, 0)));
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{fs::file_size(run.path() / kLogFile) + 10, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Result<void> failed = run.append(record_of(1, 1));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(failed);
  EXPECT_EQ(exit_code(failed.error()), 3);
  EXPECT_EQ(run.records()->records.size(), 1U);
  EXPECT_TRUE(run.records()->damage.empty());
}

TEST_F(RunFolderTest, NamesAndPathsAreChecked) {
  EXPECT_EQ(
      RunFolder::create(root_, "night sweep", "g3").error().message(),
      "the group of a run must be letters, digits, '_', '-' or '.', and start with one of the "
      "first three: got \"night sweep\"");
  for (const std::string_view name : {"", "..", ".hidden", "a/b", "-rf", "x\n"}) {
    EXPECT_FALSE(RunFolder::create(root_, "g", name)) << name;
  }
  EXPECT_TRUE(fs::is_empty(root_)) << "nothing is made for a bad name";
  EXPECT_EQ(RunFolder::open(root_, Access::kRead).error().message(),
            "not a run folder (it has neither config.json nor raw.jsonl): " + root_.string());
  EXPECT_EQ(RunFolder::create("/dev/null", "g", "n").error().blame(), Blame::kEnvironment);
}

TEST_F(RunFolderTest, APathMayEndInASlash) {
  const RunFolder run = make_run("g3", "abc");
  const Result<RunFolder> again = RunFolder::open(run.path() / "", Access::kRead);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id(), run.id());
  EXPECT_EQ(again->group(), "night_sweep");
}

TEST_F(RunFolderTest, TextGoesBelowTheFolder) {
  const RunFolder run = make_run("g3", "abc");
  ASSERT_TRUE(run.write_text("tables/deep/g3.md", "| k |\n"));
  EXPECT_EQ(*codec::read_file(run.path() / "tables/deep/g3.md", Bytes(100)), "| k |\n");
}

TEST_F(RunFolderTest, FindsTheLatestRunOfASpecThatCanGoOn) {
  EXPECT_FALSE(find_latest_run(root_ / "none", "abc", "b1"));
  const fs::path first = make_run("g3", "abc").path();
  const fs::path second = make_run("g3", "abc").path();
  make_run("g3", "other");
  ASSERT_TRUE(RunFolder::create(root_, "night_sweep", "no_config"));
  fs::create_directories(root_ / "night_sweep" / "zz_stray");
  EXPECT_EQ(find_latest_run(root_, "abc", "b1"), second);
  ASSERT_TRUE(RunFolder::open(second, Access::kWrite)->finish());
  EXPECT_EQ(find_latest_run(root_, "abc", "b1"), first);
  ASSERT_TRUE(RunFolder::open(first, Access::kWrite)->finish());
  EXPECT_FALSE(find_latest_run(root_, "abc", "b1")) << "finished, by nobody knows what";
  Node config = Node::map();
  config.set(kSpecHashKey, "abc");
  config.set(kBuildKey, "b1");
  ASSERT_TRUE(RunFolder::open(first, Access::kWrite)->write_document(kConfigFile, config));
  EXPECT_EQ(find_latest_run(root_, "abc", "b1"), first) << "finished by this build";
  EXPECT_FALSE(find_latest_run(root_, "abc", "b2"));
}

TEST(HashOf, IsOfContent) {
  Node document = Node::map();
  document.set("a", 1);
  const std::string hash = hash_of(document);
  EXPECT_EQ(hash.size(), 16U);
  document.set("a", 2);
  EXPECT_NE(hash_of(document), hash);
}

TEST_F(RunFolderTest, ChecksThatItIsOpenForWriting) {
  const fs::path path = make_run("g3", "abc").path();
  Result<RunFolder> run = RunFolder::open(path, Access::kRead);
  ASSERT_TRUE(run);
  EXPECT_DEATH(static_cast<void>(run->append(record_of(1, 0))), "open for writing");
  EXPECT_DEATH(static_cast<void>(run->finish()), "open for writing");
  EXPECT_DEATH(static_cast<void>(run->reopen()), "open for writing");
}

}  // namespace
}  // namespace assay::store
