// SPDX-License-Identifier: MIT
#include "djinn/wire/messages.h"

#include <gtest/gtest.h>

#include "djinn/wire/limits.h"
#include "djinn/wire/round_trip.h"

namespace assay::djinn {
namespace {

Epoch some_epoch() {
  Epoch epoch;
  epoch.bytes.fill(std::byte{3});
  return epoch;
}

TEST(Messages, GreetBothWays) {
  const HelloMessage hello = there_and_back(HelloMessage{.version_min = 1,
                                                         .version_max = 3,
                                                         .features_wanted = 3,
                                                         .features_required = 1ULL << 63U,
                                                         .client = "example 1.0",
                                                         .tenant = "b",
                                                         .token = "secret",
                                                         .epoch = some_epoch()});
  EXPECT_EQ(hello.version_max, 3);
  EXPECT_EQ(hello.features_required, 1ULL << 63U);
  EXPECT_EQ(hello.client, "example 1.0");
  EXPECT_EQ(hello.token, "secret");
  EXPECT_EQ(hello.epoch, some_epoch());
  const WelcomeMessage welcome = there_and_back(WelcomeMessage{.version = 1,
                                                               .features = kFeatureSharedRing,
                                                               .epoch = some_epoch(),
                                                               .server = "djinnd",
                                                               .transports = {"unix:/a", "tcp:b:1"},
                                                               .ops_max = 64,
                                                               .bytes_max = 1U << 31U,
                                                               .streams_max = 16,
                                                               .rows_max = 8,
                                                               .ring_bytes = 1 << 20,
                                                               .lease = 30s});
  EXPECT_EQ(welcome.transports, (std::vector<std::string>{"unix:/a", "tcp:b:1"}));
  EXPECT_EQ(welcome.bytes_max, 1U << 31U);
  EXPECT_EQ(welcome.lease, 30s);
}

TEST(Messages, CarryFailuresAndWeights) {
  const auto error = there_and_back(ErrorMessage{
      .code = ErrorCode::kOverloaded, .message = "full\n  of sessions", .retry_after = 3ms});
  EXPECT_EQ(error.code, ErrorCode::kOverloaded);
  EXPECT_EQ(error.message, "full\n  of sessions");
  EXPECT_EQ(error.retry_after, 3ms);
  EXPECT_EQ(there_and_back(PongMessage{{.nonce = ~0ULL}}).nonce, ~0ULL);
  EXPECT_TRUE(encode(DoneMessage{}).empty());
  there_and_back(GoodbyeMessage{.reason = "done"});
  ContentId id;
  id.bytes[31] = std::byte{9};
  EXPECT_EQ(there_and_back(FindWeightsMessage{.ids = {id, {}}}).ids[0], id);
  EXPECT_EQ(there_and_back(MissingWeightsMessage{.missing = {0, 7, 300}}).missing.back(), 300U);
  const auto part = there_and_back(
      PutWeightMessage{.id = id, .type = {tensor::DType::kBf16, {4, 0, 9}}, .offset = 1ULL << 40U});
  EXPECT_EQ(part.type, (tensor::TensorType{tensor::DType::kBf16, {4, 0, 9}}));
  EXPECT_EQ(part.offset, 1ULL << 40U);
  EXPECT_TRUE(
      there_and_back(StoredWeightMessage{.bytes_held = 5, .is_complete = true}).is_complete);
  EXPECT_EQ(there_and_back(StatsTextMessage{.json = std::string(100'000, '{')}).json.size(),
            100'000U);
  EXPECT_EQ(there_and_back(FlushedPlansMessage{.plans = 12}).plans, 12U);
}

/// The message of the error that decoding gives.
TEST(Messages, KnowTheirOwnRules) {
  const auto says = [](const std::string& text, std::string_view part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  says(refusal(HelloMessage{.version_min = 2, .version_max = 1}), "versions 2 to 1");
  says(refusal(HelloMessage{.version_min = 0, .version_max = 1}), "in HELLO");
  WelcomeMessage welcome{.version = 1, .epoch = some_epoch()};
  says(refusal(welcome), "a limit of 0");
  welcome.ops_max = welcome.bytes_max = welcome.streams_max = welcome.rows_max = 1;
  there_and_back(welcome);
  welcome.ring_bytes = 4096;
  says(refusal(welcome), "not in force");
  welcome.epoch = {};
  says(refusal(welcome), "epoch of zeros");
  says(refusal(MissingWeightsMessage{.missing = {3, 3}}), "not larger");
  says(refusal(MissingWeightsMessage{.missing = {3, 1}}), "not larger");
}

TEST(PutWeight, HoldsAPartWithinItsWeight) {
  PutWeightMessage part{.type = {tensor::DType::kF32, {10}}, .offset = 8};
  EXPECT_TRUE(part.check_part(32));
  EXPECT_TRUE(part.check_part(0));
  EXPECT_FALSE(part.check_part(33));
  part.offset = 40;
  EXPECT_TRUE(part.check_part(0));
  EXPECT_FALSE(part.check_part(1));
  part.offset = ~0ULL;
  EXPECT_FALSE(part.check_part(1));
  part.type.shape = {std::int64_t{1} << 62, 4};
  EXPECT_FALSE(part.check_part(0));
}

TEST(ErrorMessage, TravelsWhateverItSays) {
  const std::string wild =
      travelling_text(std::string("a\033[31m\0b\n", 9) + std::string(kTextMax, 'x'));
  EXPECT_EQ(wild.size(), kTextMax);
  EXPECT_EQ(wild.substr(0, 9), "a?[31m?b\n");
  there_and_back(ErrorMessage{.message = wild});
}

TEST(ErrorCode, HasTextForEach) {
  for (int i = 0; i <= static_cast<int>(last_of(ErrorCode{})); ++i) {
    EXPECT_FALSE(to_text(static_cast<ErrorCode>(i)).empty());
  }
}

}  // namespace
}  // namespace assay::djinn
