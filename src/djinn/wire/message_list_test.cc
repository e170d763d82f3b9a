// SPDX-License-Identifier: MIT
#include "djinn/wire/message_list.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "djinn/wire/limits.h"
#include "djinn/wire/session_messages.h"

namespace assay::djinn {
namespace {

TEST(MessageList, WritesEveryMessageInOneWay) {
  Random random(1);
  std::size_t accepted = 0;
  for (int round = 0; round < 100'000; ++round) {
    const auto all = opcode_limits();
    const Opcode opcode = all[static_cast<std::size_t>(random.below(all.size()))].opcode;
    std::vector<std::byte> body(static_cast<std::size_t>(random.below(24)));
    for (std::byte& byte : body)
      byte = static_cast<std::byte>(random.below(random.coin() ? 4 : 256));
    const auto again = written_again(opcode, body);
    if (!again) {
      EXPECT_NE(again.error().to_string().find(to_text(opcode)), std::string::npos);
      continue;
    }
    EXPECT_EQ(*again, body) << to_text(opcode);
    ++accepted;
  }
  EXPECT_GT(accepted, 1000U);
}

TEST(MessageList, RefusesWhatIsCutOrTooLong) {
  const auto body = encode(AppendMessage{.sequence = 1,
                                         .counts = {1, 2},
                                         .ids = {1, 2, 3},
                                         .sampling = Sampling{.seed = 77},
                                         .stop_ids = {5}});
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_FALSE(written_again(Opcode::kAppend, std::span(body).first(size))) << size;
  }
  auto longer = body;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(written_again(Opcode::kAppend, longer));
  EXPECT_EQ(*written_again(Opcode::kAppend, body), body);
}

}  // namespace
}  // namespace assay::djinn
