// SPDX-License-Identifier: MIT
#include "lab/store/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "core/codec/file.h"
#include "core/codec/json.h"
#include "core/codec/temporary_folder.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kPayloads = {R"({"a":1})", R"("text with \n and \"quotes\"")",
                                            "null", R"({"crc":"0","size":7,"record":{}})",
                                            R"({"b":[1,2,3]})"};

std::string whole_log() {
  std::string text;
  for (const std::string& payload : kPayloads) {
    text += log_line(payload);
  }
  return text;
}

class LogTest : public ::testing::Test {
 protected:
  void write(std::string_view text) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
  }
  std::string text() const { return *codec::read_file(path_, Bytes(1 << 20)); }

  const codec::TemporaryFolder temporary_{"log"};
  const fs::path folder_ = temporary_.path();
  const fs::path path_ = folder_ / "raw.jsonl";
};

TEST(LogLine, IsJsonWithAPrefixOfFixedWidth) {
  // Pinned: runs on disk are read by later versions.
  EXPECT_EQ(log_line(R"({"a":1})"),
            "{\"crc\":\"33498e0a\",\"size\":       7,\"record\":{\"a\":1}}\n");
  for (const std::string& payload : kPayloads) {
    const Result<codec::Node> node = codec::parse_json(log_line(payload));
    ASSERT_TRUE(node) << node.error().to_string();
    EXPECT_EQ(codec::to_json(*node->find("record")), payload);
    EXPECT_EQ(*node->find("size")->as_integer(), static_cast<std::int64_t>(payload.size()));
  }
}

TEST(LogLineDeathTest, ARecordIsOneLine) {
  EXPECT_DEATH(log_line("{\n}"), "a record is one line");
}

TEST(ScanLog, TruncatingAtEveryByteLosesNoCompleteRecordAndInventsNone) {
  const std::string whole = whole_log();
  std::size_t complete = 0;
  std::size_t last_end = 0;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    if (size > 0 && whole[size - 1] == '\n') ++complete, last_end = size;
    const LogContents contents = scan_log(std::string_view(whole).substr(0, size));
    const std::vector<std::string> expected(
        kPayloads.begin(), kPayloads.begin() + static_cast<std::ptrdiff_t>(complete));
    ASSERT_EQ(contents.payloads, expected) << size;
    ASSERT_TRUE(contents.damaged.empty()) << size;
    ASSERT_EQ(contents.torn, Bytes(static_cast<std::int64_t>(size - last_end))) << size;
  }
  EXPECT_EQ(complete, kPayloads.size());
}

TEST(ScanLog, EveryChangedByteIsSeenAndCostsOneRecordAtMost) {
  const std::string whole = whole_log();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = whole;
      changed[at] = static_cast<char>(value);
      if (changed == whole) continue;
      const LogContents contents = scan_log(changed);
      ASSERT_TRUE(!contents.damaged.empty() || contents.torn.count() > 0) << at << ' ' << value;
      ASSERT_GE(contents.payloads.size() + 1, kPayloads.size()) << at << ' ' << value;
      for (const std::string& payload : contents.payloads) {
        ASSERT_NE(std::ranges::find(kPayloads, payload), kPayloads.end())
            << "invented: " << payload;
      }
    }
  }
}

TEST(ScanLog, NamesTheLineAndTheFault) {
  std::string text =
      log_line("1") + log_line("22") + "garbage\n" + log_line("4") + "\n" + log_line("6");
  text[text.find("22}")] = '3';
  text.replace(text.find("       1,\"record\":4"), 8, "       2");
  const LogContents contents = scan_log(text);
  EXPECT_EQ(contents.payloads, (std::vector<std::string>{"1", "6"}));
  ASSERT_EQ(contents.damaged.size(), 4U);
  EXPECT_EQ(contents.damaged[0].line, 2);
  EXPECT_EQ(contents.damaged[0].reason, "its checksum does not fit");
  EXPECT_EQ(contents.damaged[1].line, 3);
  EXPECT_EQ(contents.damaged[1].reason, "too short for a record");
  EXPECT_EQ(contents.damaged[2].line, 4);
  EXPECT_EQ(contents.damaged[2].reason, "its size is not what it says");
  EXPECT_EQ(contents.damaged[3].line, 5);
}

TEST(ScanLog, ADamagedLineFeedLosesNoRecord) {
  std::string text = log_line("1") + log_line("2") + log_line("3");
  text[log_line("1").size() - 1] = ' ';
  const LogContents contents = scan_log(text);
  EXPECT_EQ(contents.payloads, (std::vector<std::string>{"1", "2", "3"}));
  EXPECT_EQ(contents.damaged.size(), 1U);
}

TEST_F(LogTest, WhatIsAppendedIsRead) {
  EXPECT_TRUE(read_log(path_)->payloads.empty()) << "a log that is not there is empty";
  {
    Result<LogWriter> log = LogWriter::open(path_, {});
    ASSERT_TRUE(log);
    for (const std::string& payload : kPayloads) {
      ASSERT_TRUE(log->append(payload));
    }
  }
  {
    Result<LogWriter> log = LogWriter::open(path_, {});
    ASSERT_TRUE(log);
    EXPECT_EQ(log->torn_tail(), Bytes(0));
    ASSERT_TRUE(log->append("7"));
  }
  const Result<LogContents> contents = read_log(path_);
  ASSERT_TRUE(contents);
  std::vector<std::string> expected = kPayloads;
  expected.emplace_back("7");
  EXPECT_EQ(contents->payloads, expected);
}

TEST_F(LogTest, OpeningCutsATornTailAtEveryByte) {
  const std::string whole = log_line(kPayloads[0]) + log_line(kPayloads[1]);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    write(whole.substr(0, size));
    const LogContents before = scan_log(whole.substr(0, size));
    Result<LogWriter> log = LogWriter::open(path_, {});
    ASSERT_TRUE(log);
    ASSERT_EQ(log->torn_tail(), before.torn);
    ASSERT_TRUE(log->append("\"next\""));
    const LogContents after = scan_log(text());
    std::vector<std::string> expected = before.payloads;
    expected.emplace_back("\"next\"");
    ASSERT_EQ(after.payloads, expected) << size;
    ASSERT_TRUE(after.damaged.empty() && after.torn == Bytes(0)) << size;
  }
}

TEST_F(LogTest, FindsALineFeedFarFromTheEnd) {
  const std::string line = log_line("1");
  write(line + std::string(100'000, 'x'));
  Result<LogWriter> log = LogWriter::open(path_, {});
  ASSERT_TRUE(log);
  EXPECT_EQ(log->torn_tail(), Bytes(100'000));
  EXPECT_EQ(text(), line);
}

TEST_F(LogTest, AFullDiskLeavesEveryEarlierRecordAndTheLogUsable) {
  Result<LogWriter> log = LogWriter::open(path_, {});
  ASSERT_TRUE(log);
  ASSERT_TRUE(log->append("1"));
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{200, before.rlim_max};  // The second record stops in its middle.
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Result<void> failed = log->append("\"" + std::string(500, 'x') + "\"");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().blame(), Blame::kEnvironment);
  EXPECT_EQ(exit_code(failed.error()), 3);
  EXPECT_EQ(failed.error().message(), "cannot append to " + path_.string() + ": file too large");
  EXPECT_EQ(text(), log_line("1")) << "cut back to what it was";
  ASSERT_TRUE(log->append("2"));
  EXPECT_EQ(text(), log_line("1") + log_line("2"));
}

TEST_F(LogTest, ADeviceWithoutSpaceIsNamedInWords) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  Result<LogWriter> log = LogWriter::open("/dev/full", {.sync_interval = 1h});
  if (!log) GTEST_SKIP() << "this /dev/full cannot be synced: " << log.error().message();
  const Result<void> failed = log->append("1");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message(), "cannot append to /dev/full: no space left on device");
  EXPECT_EQ(failed.error().blame(), Blame::kEnvironment);
  // It cannot be cut back, so nothing is known about its end.
  EXPECT_EQ(log->append("1").error().message(),
            "/dev/full failed before and is not written any more");
}

TEST_F(LogTest, OpeningSaysWhatIsWrong) {
  EXPECT_EQ(
      LogWriter::open(folder_ / "none" / "raw.jsonl", {}).error().message(),
      "cannot open " + (folder_ / "none" / "raw.jsonl").string() + ": no such file or directory");
}

TEST_F(LogTest, SyncIsBatchedByTheClock) {
  FakeClock clock;
  Result<LogWriter> log = LogWriter::open(path_, {.sync_interval = 10ms, .clock = &clock});
  ASSERT_TRUE(log);
  std::vector<std::int64_t> counts;
  for (const std::string& payload : kPayloads) {  // At 0, 6, 12, 18 and 24 ms.
    ASSERT_TRUE(log->append(payload));
    counts.push_back(log->sync_count());
    clock.advance(6ms);
  }
  EXPECT_EQ(counts, (std::vector<std::int64_t>{0, 0, 1, 1, 2}));
  ASSERT_TRUE(log->sync());
  EXPECT_EQ(log->sync_count(), 2) << "there was nothing to sync";
  ASSERT_TRUE(log->append("1"));
  ASSERT_TRUE(log->sync());
  EXPECT_EQ(log->sync_count(), 3);
}

}  // namespace
}  // namespace assay::store
