// SPDX-License-Identifier: MIT
#include "lab/worker/protocol.h"

#include <gmock/gmock.h>

namespace assay::worker {
namespace {

using ::testing::HasSubstr;

Assignment sample_assignment() {
  Assignment assignment;
  assignment.trial = {.id = "k=107",
                      .kind = sweep::TrialKind::kCompare,
                      .comparison = "flush",
                      .workload = "gemm",
                      .factors = {{"k", std::int64_t{107}}},
                      .arms = {{"base", {{"k", std::int64_t{107}}, {"scale", 0.5}}}},
                      .seed = 0xFEDC'BA98'7654'3210U};
  assignment.policy = {.warmup_samples_min = 1,
                       .warmup_max = 2ms,
                       .samples_min = 3,
                       .samples_max = 4,
                       .budget = 5ms,
                       .sample_length = 6us,
                       .width_target = 0.07,
                       .cache = measure::CacheState::kRotated};
  assignment.policy_hash = "hash";
  assignment.threads = 2;
  assignment.replicate = 8;
  assignment.position = 9;
  assignment.process_seed = 0x8000'0000'0000'0001U;
  return assignment;
}

TEST(Protocol, AnAssignmentArrivesAsItWasSent) {
  const Assignment sent = sample_assignment();
  const std::string line = encode_assignment(sent);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto received = decode_assignment(line);
  ASSERT_TRUE(received) << received.error().to_string();
  EXPECT_EQ(encode_assignment(*received), line);
  EXPECT_EQ(sweep::key_of(received->trial), sweep::key_of(sent.trial));
  EXPECT_EQ(received->process_seed, sent.process_seed);
  EXPECT_EQ(received->policy.cache, measure::CacheState::kRotated);
  EXPECT_EQ(received->policy.sample_length, 6us);
  EXPECT_DOUBLE_EQ(received->policy.width_target, 0.07);
}

TEST(Protocol, ARecordArrivesAsItWasSent) {
  const store::Record sent =
      lost_trial(sample_assignment(), "build", store::Status::kTimedOut, "no answer");
  const auto received = decode_reply(encode_reply(sent));
  ASSERT_TRUE(received) << received.error().to_string();
  EXPECT_EQ(encode_reply(*received), encode_reply(sent));
}

TEST(Protocol, AHelloNamesTheBuild) {
  const auto build = decode_hello(encode_hello("4d143f6"));
  ASSERT_TRUE(build);
  EXPECT_EQ(*build, "4d143f6");
}

TEST(Protocol, WhateverElseArrivesIsAnError) {
  for (const std::string_view line :
       {"", "hello", "{}", "[]", "null", R"({"version":2,"record":{}})", R"({"version":1})",
        R"({"version":1,"record":[]})", R"({"version":1,"trial":{},"hello":7})"}) {
    SCOPED_TRACE(line);
    EXPECT_FALSE(decode_reply(line));
    EXPECT_FALSE(decode_assignment(line));
    EXPECT_FALSE(decode_hello(line));
  }
  const auto other = decode_reply(R"({"version":2,"record":{}})");
  EXPECT_THAT(other.error().message(), HasSubstr("this program speaks version 1"));
}

TEST(Protocol, EveryCutOfAMessageIsAnError) {
  const std::string line = encode_assignment(sample_assignment());
  for (std::size_t size = 0; size < line.size(); ++size) {
    EXPECT_FALSE(decode_assignment(line.substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace assay::worker
