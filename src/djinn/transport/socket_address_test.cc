// SPDX-License-Identifier: MIT
#include "djinn/transport/socket_address.h"

#include <gtest/gtest.h>

namespace assay::djinn {
namespace {

TEST(SocketAddress, IsTheAddressInNumbers) {
  for (const Address& address :
       {Address(UnixAddress{"/run/djinn"}), Address(UnixAddress{std::string(107, 'x')}),
        Address(TcpAddress{"127.0.0.1", 7000}), Address(TcpAddress{"::1", 65535})}) {
    const auto found = resolve(address, false);
    ASSERT_TRUE(found) << to_text(address);
    ASSERT_FALSE(found->empty());
    EXPECT_EQ(numeric_address(found->front()), address);
  }
}

TEST(SocketAddress, NamesTheHostThatIsNone) {
  const auto found = resolve(TcpAddress{"nobody.invalid", 1}, false);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message().find("nobody.invalid"), std::string::npos);
}

}  // namespace
}  // namespace assay::djinn
