// SPDX-License-Identifier: MIT
#include "djinn/transport/shared_memory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace assay::djinn {
namespace {

Descriptor duplicate(int number) {
  return Descriptor(::fcntl(number, F_DUPFD_CLOEXEC, 0));
}

TEST(SharedMemory, IsOneMemoryUnderTwoMappings) {
  const SharedMemory made = *SharedMemory::create(8192);
  const auto mapped = SharedMemory::map(duplicate(made.descriptor()), 8192);
  ASSERT_TRUE(mapped) << mapped.error().to_string();
  EXPECT_EQ(made.bytes()[8191], std::byte{0});
  made.bytes()[8191] = std::byte{9};
  EXPECT_EQ(mapped->bytes()[8191], std::byte{9});
}

TEST(SharedMemory, KeepsItsSizeWhoeverHasIt) {
  const SharedMemory made = *SharedMemory::create(8192);
  EXPECT_NE(::ftruncate(made.descriptor(), 0), 0);
  EXPECT_NE(::ftruncate(made.descriptor(), 16384), 0);
  EXPECT_NE(::fcntl(made.descriptor(), F_ADD_SEALS, F_SEAL_WRITE), 0);
}

TEST(SharedMemory, RefusesWhatCouldBeCut) {
  Descriptor bare(::memfd_create("bare", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_EQ(::ftruncate(bare.number(), 8192), 0);
  const auto unsealed = SharedMemory::map(duplicate(bare.number()), 8192);
  ASSERT_FALSE(unsealed);
  EXPECT_NE(unsealed.error().message().find("not sealed"), std::string::npos);
  const SharedMemory made = *SharedMemory::create(8192);
  const auto small = SharedMemory::map(duplicate(made.descriptor()), 4096);
  ASSERT_FALSE(small);
  EXPECT_NE(small.error().message().find("has 8192 bytes; expected 4096"), std::string::npos);
  EXPECT_FALSE(SharedMemory::map(Descriptor(::open("/dev/zero", O_RDWR | O_CLOEXEC)), 4096));
}

}  // namespace
}  // namespace assay::djinn
