// SPDX-License-Identifier: MIT
#include "oracle/probe/pinned_threads.h"

#include <gmock/gmock.h>

#include <mutex>
#include <set>

#include "engine/kernels/threads.h"
#include "oracle/machine/binding.h"

namespace assay::probe {
namespace {

TEST(PinnedThreads, EachHasACpuOfItsOwnAndIsPutBack) {
  const auto topology = machine::read_topology();
  ASSERT_TRUE(topology);
  const auto before = machine::observe_binding();
  ASSERT_TRUE(before);
  {
    const auto pinned = PinnedThreads::create(*topology, 0);
    ASSERT_TRUE(pinned) << pinned.error().to_string();
    std::mutex mutex;
    std::multiset<int> seen;
    kernels::in_every_thread([&] {
      const auto binding = machine::observe_binding();
      const std::lock_guard lock(mutex);
      ASSERT_TRUE(binding);
      ASSERT_EQ(binding->cpus.size(), 1U);
      seen.insert(binding->cpus.front());
    });
    EXPECT_EQ(seen, std::multiset<int>(pinned->cpus().begin(), pinned->cpus().end()));
    EXPECT_EQ(machine::observe_binding()->cpus, std::vector<int>{pinned->cpus().front()});
  }
  EXPECT_EQ(machine::observe_binding()->cpus, before->cpus);
}

TEST(PinnedThreads, MoreThanThereAreCpusIsRefused) {
  const auto topology = machine::read_topology();
  ASSERT_TRUE(topology);
  const auto pinned = PinnedThreads::create(*topology, 4'096);
  ASSERT_FALSE(pinned);
  EXPECT_EQ(pinned.error().blame(), Blame::kUser);
  EXPECT_THAT(pinned.error().message(), ::testing::HasSubstr("4096 threads are more than the"));
}

}  // namespace
}  // namespace assay::probe
