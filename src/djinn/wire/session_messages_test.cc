// SPDX-License-Identifier: MIT
#include "djinn/wire/session_messages.h"
#include "djinn/wire/round_trip.h"

#include <gtest/gtest.h>

#include <limits>

namespace assay::djinn {
namespace {

Capability some_capability() {
  Capability capability;
  capability.bytes.fill(std::byte{0x5A});
  return capability;
}

TEST(SessionMessages, AreReadAsTheyWereWritten) {
  const auto open = there_and_back(OpenSessionMessage{
      .rows = 4, .tokens_max = 2048, .qos = QosClass::kBatch, .may_queue = false});
  EXPECT_EQ(open.qos, QosClass::kBatch);
  EXPECT_FALSE(open.may_queue);
  const auto admitted = there_and_back(VerdictMessage{.admission = Admission::kAdmitted,
                                                      .session = {.index = 5, .generation = 2},
                                                      .capability = some_capability(),
                                                      .reserved_bytes = 1ULL << 33U});
  EXPECT_EQ(admitted.session, (SessionHandle{5, 2}));
  EXPECT_EQ(admitted.capability, some_capability());
  EXPECT_EQ(
      there_and_back(VerdictMessage{.admission = Admission::kQueued, .position = 3, .eta = 2s}).eta,
      2s);
  there_and_back(VerdictMessage{.reason = "full", .retry_after = 1s});
  EXPECT_EQ(there_and_back(ResumeSessionMessage{some_capability()}).capability, some_capability());
  EXPECT_EQ(there_and_back(ResumedSessionMessage{.sequence = 9, .tokens_held = 70}).sequence, 9U);
  EXPECT_EQ(there_and_back(SignalPhaseMessage{.phase = Phase::kIoWait, .estimate = 500ms}).estimate,
            500ms);
  EXPECT_EQ(there_and_back(CancelMessage{.request = 12}).request, 12U);
  EXPECT_TRUE(encode(CloseSessionMessage{}).empty());
  const auto append = there_and_back(AppendMessage{
      .sequence = 1,
      .counts = {2, 0, 1},
      .ids = {50'256, 0, 7},
      .generate = 16,
      .policy = OutputPolicy::kLast,
      .sampling = Sampling{.temperature = 0.7, .top_p = 0.9, .top_k = 40, .seed = ~0ULL},
      .stop_ids = {2},
      .starts_anew = true});
  EXPECT_TRUE(append.starts_anew);
  EXPECT_EQ(append.counts, (std::vector<std::uint32_t>{2, 0, 1}));
  EXPECT_EQ(append.ids, (std::vector<TokenId>{50'256, 0, 7}));
  EXPECT_EQ(append.sampling->temperature, 0.7);
  EXPECT_EQ(append.sampling->seed, ~0ULL);
  const TensorRecord logits{"logits", {tensor::DType::kF32, {1, 50'257}}, 0};
  const auto result = there_and_back(AppendResultMessage{.sequence = 1,
                                                         .tokens_held = 20,
                                                         .counts = {1},
                                                         .ids = {11},
                                                         .handle = 4,
                                                         .outputs = {logits},
                                                         .timers = {.execute = 1ms}});
  EXPECT_EQ(result.outputs[0], logits);
  EXPECT_EQ(result.timers.execute, 1ms);
}

TEST(SessionMessages, KnowTheirOwnRules) {
  const auto says = [](const std::string& text, std::string_view part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  says(refusal(OpenSessionMessage{.rows = 0, .tokens_max = 1}), "0 rows; expected 1 to 4096");
  says(refusal(OpenSessionMessage{.rows = 1, .tokens_max = 0}), "0 tokens");
  says(refusal(VerdictMessage{.admission = Admission::kAdmitted}), "admitted without session");
  says(refusal(VerdictMessage{}), "rejected without a reason");
  VerdictMessage both{.session = {1, 1}, .capability = some_capability(), .reason = "x"};
  says(refusal(both), "rejected with session");
  AppendMessage append{.sequence = 1, .counts = {2}, .ids = {1, 2}};
  there_and_back(append);
  append.counts = {3};
  says(refusal(append), "2 token ids; expected 3");
  append.counts = {~0U, ~0U};
  says(refusal(append), "expected 8589934590");
  append.counts = {1, 1};
  append.ids[1] = -5;
  says(refusal(append), "token id -5");
  append.ids[1] = 5;
  append.sequence = 0;
  says(refusal(append), "count from 1");
  append.sequence = 1;
  append.generate = kTokensMax + 1;
  says(refusal(append), "tokens to generate");
  append.generate = 1;
  for (const double temperature :
       {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    append.sampling = Sampling{.temperature = temperature};
    says(refusal(append), "temperature");
  }
  for (const double top_p : {0.0, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
    append.sampling = Sampling{.top_p = top_p};
    says(refusal(append), "top_p");
  }
}

TEST(SessionMessages, KeepADecodeStepSmall) {
  const auto request =
      encode(AppendMessage{.sequence = 100'000, .counts = {1}, .ids = {50'256}, .generate = 1});
  const auto answer = encode(AppendResultMessage{.sequence = 100'000,
                                                 .tokens_held = 4096,
                                                 .counts = {1},
                                                 .ids = {50'256},
                                                 .timers = {.receive = 30us,
                                                            .queue = 100us,
                                                            .plan = 300ns,
                                                            .bind = 2us,
                                                            .execute = 20ms,
                                                            .output = 50us,
                                                            .send = 20us}});
  EXPECT_LE(2 * kHeaderSize + request.size() + answer.size(), 256U);
}

TEST(SessionMessages, HaveTheirWords) {
  EXPECT_EQ(to_text(QosClass::kRealtime), "realtime");
  EXPECT_EQ(to_text(QosClass::kInteractive), "interactive");
  EXPECT_EQ(to_text(QosClass::kBatch), "batch");
  EXPECT_EQ(to_text(Admission::kAdmitted), "admitted");
  EXPECT_EQ(to_text(Admission::kQueued), "queued");
  EXPECT_EQ(to_text(Admission::kRejected), "rejected");
  EXPECT_EQ(to_text(Phase::kIoWait), "IO_WAIT");
  EXPECT_EQ(to_text(Phase::kCompute), "COMPUTE");
}

}  // namespace
}  // namespace assay::djinn
