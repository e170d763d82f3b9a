// SPDX-License-Identifier: MIT
#include "core/codec/file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>

#include "core/codec/temporary_folder.h"

namespace assay::codec {
namespace {

namespace fs = std::filesystem;

class FileTest : public ::testing::Test {
 protected:
  std::ptrdiff_t count_files() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }

  const TemporaryFolder temporary_{"file"};
  const fs::path folder_ = temporary_.path();
};

constexpr Bytes kLimit(std::int64_t{1} << 20);

TEST_F(FileTest, WritesAndReadsBack) {
  const fs::path path = folder_ / "a.json";
  for (const std::string& text : {std::string("first"), std::string(), std::string("\0\n\xFF", 3),
                                  std::string(300'000, 'x')}) {
    ASSERT_TRUE(write_file_atomically(path, text));
    const Result<std::string> read = read_file(path, kLimit);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, text);
    EXPECT_EQ(count_files(), 1);
  }
  EXPECT_EQ(fs::status(path).permissions() & fs::perms::others_read, fs::perms::others_read);
}

TEST_F(FileTest, ReadingSaysWhatIsWrong) {
  const auto message = [](const fs::path& path, std::int64_t limit) {
    return read_file(path, Bytes(limit)).error().message();
  };
  std::ofstream(folder_ / "ten") << "0123456789";
  EXPECT_EQ(message(folder_ / "none", 9), "no such file: " + (folder_ / "none").string());
  EXPECT_EQ(message(folder_ / "ten" / "x", 9), "no such file: " + (folder_ / "ten/x").string());
  EXPECT_EQ(message(folder_, 9), "a folder, not a file: " + folder_.string());
  EXPECT_EQ(message(folder_ / "ten", 9),
            (folder_ / "ten").string() + ": too large: 10 B of at most 9 B");
  EXPECT_TRUE(read_file(folder_ / "ten", Bytes(10)));
  // Endless, and of size 0 by its own account.
  EXPECT_EQ(message("/dev/zero", 9), "/dev/zero: too large: more than 9 B");
}

TEST_F(FileTest, WritingIntoNowhereIsTheEnvironmentsFault) {
  const fs::path path = folder_ / "none" / "a";
  const Result<void> written = write_file_atomically(path, "x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().blame(), Blame::kEnvironment);
  EXPECT_EQ(written.error().message(),
            "cannot write " + path.string() + ": no such file or directory");
}

TEST_F(FileTest, AFailedWriteLeavesTheOldFileAndNothingElse) {
  const fs::path path = folder_ / "a.json";
  ASSERT_TRUE(write_file_atomically(path, "old"));
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4'096, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Result<void> written = write_file_atomically(path, std::string(10'000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);

  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().blame(), Blame::kEnvironment);
  EXPECT_EQ(written.error().message(), "cannot write " + path.string() + ": file too large");
  EXPECT_EQ(*read_file(path, kLimit), "old");
  EXPECT_EQ(count_files(), 1);
}

TEST_F(FileTest, SyncFolderNamesTheFolder) {
  EXPECT_TRUE(sync_folder(folder_));
  EXPECT_EQ(
      sync_folder(folder_ / "none").error().message(),
      "cannot sync the folder " + (folder_ / "none").string() + ": no such file or directory");
}

TEST(DescribeErrno, IsAPhrase) {
  EXPECT_EQ(describe_errno(ENOSPC), "no space left on device");
  EXPECT_EQ(describe_errno(EACCES), "permission denied");
}

}  // namespace
}  // namespace assay::codec
