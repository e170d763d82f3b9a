// SPDX-License-Identifier: MIT
#include "lab/store/folder_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <optional>
#include <thread>

#include "core/codec/temporary_folder.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;

class FolderLockTest : public ::testing::Test {
 protected:
  const codec::TemporaryFolder temporary_{"lock"};
  const fs::path folder_ = temporary_.path();
};

TEST_F(FolderLockTest, TheSecondIsRefusedByName) {
  {
    const Result<FolderLock> first = FolderLock::take(folder_);
    ASSERT_TRUE(first);
    const Result<FolderLock> second = FolderLock::take(folder_);
    ASSERT_FALSE(second);
    EXPECT_EQ(exit_code(second.error()), 3);
    const std::string& message = second.error().message();
    const std::string start = folder_.string() + " is being written by process " +
                              std::to_string(::getpid()) + " on host ";
    EXPECT_EQ(message.substr(0, start.size()), start);
    EXPECT_TRUE(message.ends_with("; wait for it, or stop it")) << message;
  }
  EXPECT_TRUE(FolderLock::take(folder_)) << "it was let go";
}

TEST_F(FolderLockTest, WhoWaitsGetsItWhenTheFirstLetsGo) {
  std::optional<FolderLock> first = *FolderLock::take(folder_);
  std::atomic<bool> has_lock = false;
  std::thread waiter([&] {
    EXPECT_TRUE(FolderLock::wait(folder_));
    has_lock = true;
  });
  EXPECT_FALSE(has_lock);
  first.reset();
  waiter.join();
  EXPECT_TRUE(has_lock);
  EXPECT_FALSE(FolderLock::wait(folder_ / "none"));
}

TEST_F(FolderLockTest, AKilledHolderHoldsNoMore) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const Result<FolderLock> lock = FolderLock::take(folder_);
    const char answer = lock ? 'y' : 'n';
    if (::write(ready[1], &answer, 1) == 1) ::pause();
    ::_exit(0);
  }
  char answer = '?';
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  const Result<FolderLock> refused = FolderLock::take(folder_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("process " + std::to_string(child)), std::string::npos);
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(FolderLock::take(folder_));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(FolderLockTest, SaysWhyItCannotLock) {
  const Result<FolderLock> lock = FolderLock::take(folder_ / "none");
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().message(),
            "cannot lock " + (folder_ / "none").string() + ": no such file or directory");
}

TEST(DescribeHolder, ReadsWhatIsThere) {
  EXPECT_EQ(describe_holder(R"({"pid":7,"host":"db7","started":"2026-11-21T09:30:00Z"})"),
            "process 7 on host db7 since 2026-11-21T09:30:00Z");
  EXPECT_EQ(describe_holder(""), "another process");
  EXPECT_EQ(describe_holder("[]"), "another process");
}

}  // namespace
}  // namespace assay::store
