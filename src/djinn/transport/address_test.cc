// SPDX-License-Identifier: MIT
#include "djinn/transport/address.h"

#include <gtest/gtest.h>

namespace assay::djinn {
namespace {

TEST(Address, IsReadAndWritten) {
  struct Case {
    std::string_view text;
    bool is_local;
  };
  for (const Case& c : {
           Case{"unix:/run/djinn/socket", true},
           Case{"unix:relative path:7", true},
           Case{"tcp:127.0.0.1:7000", true},
           Case{"tcp:127.9.9.9:0", true},
           Case{"tcp:localhost:65535", true},
           Case{"tcp:[::1]:7000", true},
           Case{"tls:[::1]:7000", true},
           Case{"tls:example.org:7000", false},
           Case{"tcp:0.0.0.0:7000", false},
           Case{"tcp:[::]:7000", false},
           Case{"tcp:10.0.0.1:7000", false},
           Case{"tcp:example.org:7000", false},
           Case{"tcp:127.0.0.1.example.org:7000", false},
           Case{"tcp:localhost.example.org:7000", false},
       }) {
    SCOPED_TRACE(c.text);
    const auto address = parse_address(c.text);
    ASSERT_TRUE(address) << address.error().to_string();
    EXPECT_EQ(to_text(*address), c.text);
    EXPECT_EQ(is_local(*address), c.is_local);
  }
}

TEST(Address, SaysWhatWasExpected) {
  struct Case {
    std::string text;
    std::string_view want;
  };
  for (const Case& c : {
           Case{"", "expected unix:PATH, tcp:HOST:PORT or tls:HOST:PORT"},
           Case{"/run/djinn", "no address: /run/djinn"},
           Case{"http://a:1", "no address"},
           Case{"unix:", "without a path"},
           Case{"unix:" + std::string(108, 'x'), "108 bytes; expected at most 107"},
           Case{"unix:" + std::string(1, '\0'), "zero byte"},
           Case{"tcp:localhost", "has no port"},
           Case{"tcp::7000", "has no host"},
           Case{"tls::7000", "tls::7000 has no host"},
           Case{"tcp:a b:7000", "has no host"},
           Case{"tcp:::1:7000", "in brackets"},
           Case{"tcp:a:65536", "port 65536"},
           Case{"tcp:a:-1", "port -1"},
           Case{"tcp:a:", "expected 0 to 65535"},
           Case{"tcp:a:7x", "port 7x"},
       }) {
    SCOPED_TRACE(c.text);
    const auto address = parse_address(c.text);
    ASSERT_FALSE(address);
    EXPECT_NE(address.error().message().find(c.want), std::string::npos)
        << address.error().message();
  }
}

}  // namespace
}  // namespace assay::djinn
