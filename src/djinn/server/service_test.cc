// SPDX-License-Identifier: MIT
#include "djinn/server/service.h"

#include <gmock/gmock.h>

#include "core/codec/json.h"
#include "djinn/wire/graph_message.h"
#include "engine/backends/reference/reference_device.h"
#include "engine/models/builders/decoder.h"
#include "engine/runtime/generation.h"

namespace assay::djinn {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kCapacity = 32;

graph::Graph decoder_graph(bool gives_all_logits = false) {
  return *models::build_decoder({.vocabulary = 30,
                                 .width = 8,
                                 .depth = 2,
                                 .heads = 2,
                                 .kv_heads = 2,
                                 .head_width = 4,
                                 .mlp_width = 16,
                                 .positions = kCapacity,
                                 .gives_all_logits = gives_all_logits});
}

/// A decoder loaded and a session opened, without a socket in between.
class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() {
    service_ = *DeviceService::create(*device_,
                                      {.memory = {.device = Bytes(8 << 20),
                                                  .text = Bytes(2 << 20),
                                                  .stack = Bytes(1 << 20),
                                                  .block_size = Bytes(4096),
                                                  .host = Bytes(0)}},
                                      clock_, {});
  }
  template <class Message>
  Request request_of(const Message& message, SessionHandle session = {},
                     std::span<const std::byte> payload = {}) {
    const Nanoseconds now = clock_.now();
    Request request{.connection = 1,
                    .frame = {.header = {.opcode = Message::kOpcode,
                                         .request = ++request_last_,
                                         .session = session},
                              .body = Buffer::copy_of(encode(message)),
                              .payload = Buffer::copy_of(payload)},
                    .clock = StageClock(clock_, now, now)};
    return request;
  }
  template <class Reply, class Message>
  Reply ask(const Message& message, SessionHandle session = {},
            std::span<const std::byte> payload = {}) {
    Request request = request_of(message, session, payload);
    const Answer answer = service_->serve(request);
    const auto reply = decode<Reply>(answer.body);
    EXPECT_EQ(answer.opcode, Reply::kOpcode) << error_of(answer).message;
    return reply ? *reply : Reply();
  }
  static ErrorMessage error_of(const Answer& answer) {
    const auto error = decode<ErrorMessage>(answer.body);
    return answer.opcode == Opcode::kError && error ? *error : ErrorMessage();
  }
  template <class Message>
  ErrorMessage failure(const Message& message, SessionHandle session = {}) {
    Request request = request_of(message, session);
    const Answer answer = service_->serve(request);
    EXPECT_EQ(answer.opcode, Opcode::kError);
    return error_of(answer);
  }
  ModelId load(const graph::Graph& graph) {
    const graph::Weights weights = *graph::seeded_weights(graph, 5);
    LoadModelMessage message{.name = "decoder"};
    for (const auto& [name, weight] : weights.entries()) {
      const ContentId id = content_id(weight->view());
      EXPECT_TRUE(ask<StoredWeightMessage>(PutWeightMessage{.id = id, .type = weight->type()}, {},
                                           weight->bytes())
                      .is_complete);
      message.weights.push_back({name, id});
    }
    return ask<LoadedModelMessage>(message, {}, write_graph(graph)).model;
  }
  SessionHandle open(const ModelId& model, std::uint32_t rows = 1) {
    return ask<VerdictMessage>(
               OpenSessionMessage{.model = model, .rows = rows, .tokens_max = kCapacity})
        .session;
  }

  SteadyClock clock_;
  std::unique_ptr<backend::Device> device_ = reference::make_reference_device();
  std::unique_ptr<DeviceService> service_;
  std::uint64_t request_last_ = 0;
};

TEST_F(ServiceTest, GeneratesWhatTheEngineGenerates) {
  const graph::Graph graph = decoder_graph();
  const SessionHandle session = open(load(graph), 2);
  const std::vector<std::vector<TokenId>> prompts{{3, 4, 5}, {6}};
  std::shared_ptr<backend::LoadedModel> model =
      *device_->load(graph, *graph::seeded_weights(graph, 5), {});
  for (const bool draws : {false, true}) {
    AppendMessage message{
        .sequence = draws ? 2U : 1U, .counts = {3, 1}, .ids = {3, 4, 5, 6}, .generate = 4};
    runtime::GenerationOptions options{
        .sampling = {.temperature = 0}, .tokens_max = 4, .stops = {}};
    if (draws) {
      message.sampling = Sampling{.temperature = 0.8, .top_k = 9, .seed = 11};
      options = {
          .sampling = {.temperature = 0.8, .top_k = 9}, .tokens_max = 4, .stops = {}, .seed = 11};
    }
    const auto result = ask<AppendResultMessage>(message, session);
    auto own = *runtime::TextSession::create(model, {.rows = 2, .capacity = kCapacity});
    if (draws) {  // What the session holds from before.
      ASSERT_TRUE(runtime::generate(
          own, prompts, {.sampling = {.temperature = 0}, .tokens_max = 4, .stops = {}}));
    }
    const auto expected = runtime::generate(own, prompts, options);
    ASSERT_TRUE(expected);
    std::vector<TokenId> ids;
    for (const auto& row : *expected)
      ids.insert(ids.end(), row.begin(), row.end());
    EXPECT_EQ(result.ids, ids);
    EXPECT_EQ(result.tokens_held, draws ? 12U : 6U);
  }
}

TEST_F(ServiceTest, AnswersARepeatedRequestWithoutDoingItAgain) {
  const SessionHandle session = open(load(decoder_graph()));
  const AppendMessage first{
      .sequence = 1, .counts = {2}, .ids = {1, 2}, .policy = OutputPolicy::kNone};
  const auto once = ask<AppendResultMessage>(first, session);
  const auto twice = ask<AppendResultMessage>(first, session);
  EXPECT_EQ(once.tokens_held, 2U);
  EXPECT_EQ(encode(twice), encode(once));
  AppendMessage skipped = first;
  skipped.sequence = 3;
  EXPECT_EQ(failure(skipped, session).code, ErrorCode::kInvalid);
}

TEST_F(ServiceTest, WhatFailsOrIsCancelledChangesNothing) {
  const SessionHandle session = open(load(decoder_graph()));
  AppendMessage message{.sequence = 1, .counts = {3}, .ids = {1, 2, 3}, .generate = 40};
  EXPECT_EQ(failure(message, session).code, ErrorCode::kInvalid) << "beyond the capacity";
  message = {.sequence = 1, .counts = {1}, .ids = {99}};
  EXPECT_EQ(failure(message, session).code, ErrorCode::kInvalid) << "no such token";
  std::atomic<bool> is_cancelled = true;
  message = {.sequence = 1, .counts = {1}, .ids = {9}, .generate = 3};
  Request request = request_of(message, session);
  request.is_cancelled = std::shared_ptr<const std::atomic<bool>>(&is_cancelled, [](auto*) {});
  EXPECT_EQ(error_of(service_->serve(request)).code, ErrorCode::kCancelled);
  request = request_of(message, session);
  request.deadline = clock_.now() - 1s;
  EXPECT_EQ(error_of(service_->serve(request)).code, ErrorCode::kDeadline);
  EXPECT_EQ(ask<AppendResultMessage>(message, session).tokens_held, 3U);
}

TEST_F(ServiceTest, GivesWhatThePolicySays) {
  const SessionHandle session = open(load(decoder_graph(true)));
  const auto all = ask<AppendResultMessage>(
      AppendMessage{.sequence = 1, .counts = {3}, .ids = {1, 2, 3}, .policy = OutputPolicy::kAll},
      session);
  ASSERT_EQ(all.outputs.size(), 2U);
  EXPECT_EQ(to_text(all.outputs[1].type), "f32 1x3x30");
  const auto last = ask<AppendResultMessage>(
      AppendMessage{.sequence = 2, .counts = {1}, .ids = {1}, .policy = OutputPolicy::kLast},
      session);
  ASSERT_EQ(last.outputs.size(), 1U);
  const auto kept = ask<AppendResultMessage>(
      AppendMessage{.sequence = 3, .counts = {2}, .ids = {1, 2}, .policy = OutputPolicy::kHandle},
      session);
  EXPECT_TRUE(kept.outputs.empty());
  const auto slice = ask<FetchedMessage>(
      FetchMessage{.handle = kept.handle, .output = 1, .slice = Slice{.begin = 0, .end = 1}});
  EXPECT_EQ(to_text(slice.tensor.type), "f32 1x2x30");
  EXPECT_EQ(failure(FetchMessage{.handle = kept.handle, .output = 2}).code, ErrorCode::kInvalid);
  EXPECT_EQ(failure(FetchMessage{.handle = kept.handle + 1}).code, ErrorCode::kNotFound);
  ask<DoneMessage>(ReleaseMessage{kept.handle});
  EXPECT_EQ(failure(FetchMessage{.handle = kept.handle}).code, ErrorCode::kNotFound);
}

TEST_F(ServiceTest, RefusesAllLogitsOfAModelThatHasOnlyTheLast) {
  const SessionHandle session = open(load(decoder_graph()));
  const ErrorMessage error = failure(
      AppendMessage{.sequence = 1, .counts = {2}, .ids = {1, 2}, .policy = OutputPolicy::kAll},
      session);
  EXPECT_EQ(error.code, ErrorCode::kUnsupported);
  EXPECT_THAT(error.message, HasSubstr("build it to give all"));
}

TEST_F(ServiceTest, BytesThatMeanNothingCloseTheConnection) {
  Request request = request_of(FlushPlansMessage());
  request.frame.header.opcode = Opcode::kAppend;
  const Answer answer = service_->serve(request);
  EXPECT_EQ(error_of(answer).code, ErrorCode::kMalformed);
  EXPECT_TRUE(answer.closes_connection);
}

TEST_F(ServiceTest, TellsHowItIs) {
  const SessionHandle session = open(load(decoder_graph()));
  ask<AppendResultMessage>(AppendMessage{.sequence = 1, .counts = {2}, .ids = {1, 2}}, session);
  const auto text = service_->stats("", "[]");
  ASSERT_TRUE(text) << text.error().message;
  const auto node = codec::parse_json(*text);
  ASSERT_TRUE(node);
  EXPECT_EQ(*node->find("sessions")->items()[0].find("tokens")->as_integer(), 2);
  EXPECT_EQ(*node->find("plan_cache")->find("misses")->as_integer(), 2);
  EXPECT_TRUE(service_->stats("swap_pool", "[]"));
  EXPECT_THAT(*service_->stats("settings", "[]"), HasSubstr(R"("data_layout":"paged")"));
  EXPECT_THAT(service_->stats("sesions", "[]").error().message, HasSubstr("did you mean sessions"));
}

}  // namespace
}  // namespace assay::djinn
