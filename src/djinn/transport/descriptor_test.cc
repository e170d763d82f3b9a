// SPDX-License-Identifier: MIT
#include "djinn/transport/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <cerrno>

namespace assay::djinn {
namespace {

bool is_open(int number) {
  return ::fcntl(number, F_GETFD) >= 0;
}

TEST(Descriptor, IsClosedByItsLastOwner) {
  int number = -1;
  {
    Descriptor first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    number = first.number();
    ASSERT_TRUE(is_open(number));
    Descriptor second = std::move(first);
    EXPECT_TRUE(is_open(number));
    EXPECT_EQ(second.number(), number);
  }
  EXPECT_FALSE(is_open(number));
  Descriptor().close();
}

TEST(Descriptor, SaysWhatTheSystemSaid) {
  errno = ENOENT;
  EXPECT_EQ(system_error("open").message(), "open: No such file or directory");
}

TEST(Doorbell, IsReadableFromRingToAnswer) {
  const Doorbell bell = *Doorbell::create();
  pollfd poll{.fd = bell.number(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&poll, 1, 0), 0);
  bell.ring();
  bell.ring();
  EXPECT_EQ(::poll(&poll, 1, 0), 1);
  bell.answer();
  EXPECT_EQ(::poll(&poll, 1, 0), 0);
  bell.answer();  // Nobody rang: no wait.
}

}  // namespace
}  // namespace assay::djinn
