// SPDX-License-Identifier: MIT
#include "cli/winner_file.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <thread>

#include "core/codec/file.h"
#include "core/codec/temporary_folder.h"
#include "core/format.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string text_of(const fs::path& folder) {
  return *codec::read_file(folder / "winners.jsonl", Bytes(1 << 20));
}

TEST(WinnerFile, IsThereAtTheNextStart) {
  const codec::TemporaryFolder folder("winners");
  const fs::path below = folder.path() / "not" / "yet";
  WinnerFile first(below, "cpu a");
  EXPECT_EQ(first.find("x"), std::nullopt);
  EXPECT_FALSE(fs::exists(below)) << "asking writes nothing";
  first.keep("x", "stream");
  first.keep("x", "1 x 16 x 8");
  first.keep("y \"\n\x01", "");
  WinnerFile second(below, "cpu a");
  EXPECT_EQ(second.find("x"), "1 x 16 x 8");
  EXPECT_EQ(second.find("y \"\n\x01"), "");
  EXPECT_THAT(second.trouble(), IsEmpty());
  WinnerFile other(below, "cpu b");
  EXPECT_EQ(other.find("x"), std::nullopt) << "timed on another CPU";
  other.keep("x", "stream");
  EXPECT_EQ(WinnerFile(below, "cpu a").find("x"), "1 x 16 x 8") << "and kept beside it";
}

TEST(WinnerFile, LeavesOutWhatIsNoWinner) {
  const codec::TemporaryFolder folder("winners");
  const std::string good = R"({"for":"me","what":"x","winner":"stream"})";
  for (const std::string& bad :
       {std::string("garbage"), std::string(R"({"for":"me","what":"x"})"), std::string("[]"),
        std::string(R"({"for":1,"what":"x","winner":"w"})"), std::string("\0\xff\xfe", 3),
        std::string(R"({"for":"me","what":"x","winner":"cut o)"), std::string(100'000, '[')}) {
    for (const std::string& text : {bad + "\n" + good, good + "\n" + bad}) {
      ASSERT_TRUE(codec::write_file_atomically(folder.path() / "winners.jsonl", text));
      WinnerFile winners(folder.path(), "me");
      EXPECT_EQ(winners.find("x"), "stream") << bad;
      EXPECT_THAT(winners.trouble(), HasSubstr("winners.jsonl that are no winners were left out"));
      winners.keep("y", "w");
      EXPECT_THAT(winners.trouble(), HasSubstr("left out")) << "what was lost stays told";
      WinnerFile again(folder.path(), "me");
      EXPECT_EQ(again.find("x"), "stream");
      EXPECT_THAT(again.trouble(), IsEmpty()) << "the file is whole again";
    }
  }
}

TEST(WinnerFile, IsNotReadWhereItIsNoFileOrHuge) {
  const codec::TemporaryFolder folder("winners");
  fs::create_directories(folder.path() / "winners.jsonl");
  WinnerFile winners(folder.path(), "me");
  EXPECT_EQ(winners.find("x"), std::nullopt);
  EXPECT_THAT(winners.trouble(), HasSubstr("a folder, not a file"));
  winners.keep("x", "stream");
  EXPECT_THAT(winners.trouble(), HasSubstr("what was timed will be forgotten: cannot write"));
  EXPECT_EQ(winners.find("x"), "stream") << "remembered as long as it lives";

  const codec::TemporaryFolder another("winners");
  ASSERT_TRUE(codec::write_file_atomically(another.path() / "winners.jsonl",
                                           std::string(std::size_t{9} << 20, '\n')));
  WinnerFile huge(another.path(), "me");
  EXPECT_EQ(huge.find("x"), std::nullopt);
  EXPECT_THAT(huge.trouble(), HasSubstr("too large"));
}

TEST(WinnerFile, SaysWhereThereIsNoFolder) {
  WinnerFile winners(Error::environment("no cache folder"), "me");
  EXPECT_EQ(winners.find("x"), std::nullopt);
  winners.keep("x", "stream");
  EXPECT_EQ(winners.find("x"), "stream");
  EXPECT_EQ(winners.trouble(), "what was timed will be forgotten: no cache folder");
  const codec::TemporaryFolder folder("winners");
  ASSERT_TRUE(codec::write_file_atomically(folder.path() / "file", ""));
  WinnerFile below(folder.path() / "file" / "assay", "me");
  below.keep("x", "stream");
  EXPECT_THAT(below.trouble(), HasSubstr("cannot make the folder"));
}

TEST(WinnerFile, ForgetsTheOldestFirst) {
  const codec::TemporaryFolder folder("winners");
  std::string text;
  for (int i = 0; i < 4'096; ++i)
    text += format("{{\"for\":\"me\",\"what\":\"{}\",\"winner\":\"w\"}}\n", i);
  ASSERT_TRUE(codec::write_file_atomically(folder.path() / "winners.jsonl", text));
  WinnerFile(folder.path(), "me").keep("new", "w");
  WinnerFile after(folder.path(), "me");
  EXPECT_EQ(after.find("0"), std::nullopt);
  EXPECT_EQ(after.find("1"), "w");
  EXPECT_EQ(after.find("new"), "w");
}

/// flock tells open files apart, so threads with a file each are as processes are.
TEST(WinnerFile, NothingIsLostWhereManyWrite) {
  const codec::TemporaryFolder folder("winners");
  constexpr int kWriters = 4;
  constexpr int kEach = 12;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      for (int i = 0; i < kEach; ++i)
        WinnerFile(folder.path(), "me").keep(format("{}/{}", writer, i), "w");
    });
  }
  for (int i = 0; i < 50; ++i) {  // A reader never sees half a file.
    WinnerFile reader(folder.path(), "me");
    (void)reader.find("x");
    EXPECT_THAT(reader.trouble(), IsEmpty());
  }
  for (std::thread& thread : threads)
    thread.join();
  const std::string text = text_of(folder.path());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), kWriters * kEach);
}

TEST(CacheFolder, IsWhatTheEnvironmentSays) {
  struct Case {
    const char *own, *caches, *home;
    std::string expected;
  };
  for (const Case& c : {Case{"/a", "/b", "/c", "/a"}, Case{nullptr, "/b", "/c", "/b/assay"},
                        Case{nullptr, "relative", "/c", "/c/.cache/assay"},
                        Case{nullptr, nullptr, "/c", "/c/.cache/assay"}}) {
    const auto set = [](const char* name, const char* value) {
      value == nullptr ? unsetenv(name) : setenv(name, value, 1);
    };
    set("ASSAY_CACHE", c.own);
    set("XDG_CACHE_HOME", c.caches);
    set("HOME", c.home);
    EXPECT_EQ(cache_folder()->string(), c.expected);
  }
  unsetenv("HOME");
  EXPECT_THAT(cache_folder().error().message(), HasSubstr("no cache folder"));
  setenv("ASSAY_CACHE", "here", 1);
  EXPECT_EQ(cache_folder().error().message(),
            "ASSAY_CACHE: an absolute path was expected, got `here`");
}

TEST(TunedFor, NamesCpuAndProgram) {
  EXPECT_THAT(tuned_for(), HasSubstr("program "));
  EXPECT_EQ(tuned_for(), tuned_for());
}

}  // namespace
}  // namespace assay::cli
