// SPDX-License-Identifier: MIT
#include "djinn/server/service.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>

#include "core/codec/json.h"
#include "core/random.h"
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
  ServiceTest() { start(1); }
  void start(std::int64_t batch_rows) {
    service_ = *DeviceService::create(*device_,
                                      {.memory = {.device = Bytes(8 << 20),
                                                  .text = Bytes(2 << 20),
                                                  .stack = Bytes(1 << 20),
                                                  .block_size = Bytes(4096),
                                                  .host = Bytes(0)},
                                       .batch_rows = batch_rows},
                                      clock_, {});
  }
  template <class Message>
  std::unique_ptr<Request> request_of(const Message& message, SessionHandle session = {},
                                      std::span<const std::byte> payload = {}) {
    const Nanoseconds now = clock_.now();
    return std::make_unique<Request>(Request{.connection = 1,
                                             .frame = {.header = {.opcode = Message::kOpcode,
                                                                  .request = ++request_last_,
                                                                  .session = session},
                                                       .body = Buffer::copy_of(encode(message)),
                                                       .payload = Buffer::copy_of(payload)},
                                             .clock = StageClock(clock_, now, now)});
  }
  template <class Reply, class Message>
  Reply ask(const Message& message, SessionHandle session = {},
            std::span<const std::byte> payload = {}) {
    const Answer answer = service_->serve(request_of(message, session, payload));
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
    const Answer answer = service_->serve(request_of(message, session));
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

  /// All of them side by side, as an executor with a slot for each would: what each was answered,
  /// but for the times, as bytes.
  std::vector<std::string> answers_of(std::vector<std::unique_ptr<Request>> requests) {
    std::vector<std::string> answers(requests.size());
    std::vector<std::unique_ptr<Job>> jobs;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      jobs.push_back(service_->job_for(std::move(requests[i]), [&, i](Answer answer, Nanoseconds) {
        EXPECT_TRUE(answers[i].empty()) << "answered once";
        answers[i] = text_of(answer);
      }));
    }
    for (std::size_t turn = 0;; ++turn) {
      std::vector<Job*> left;
      for (const auto& job : jobs) {
        if (!job->is_done()) left.push_back(job.get());
      }
      if (left.empty()) return answers;
      std::ranges::rotate(left, left.begin() + static_cast<std::ptrdiff_t>(turn % left.size()));
      const std::int64_t before = left[0]->steps();
      left[0]->step(std::span(left).subspan(1));
      EXPECT_GT(left[0]->steps(), before);
    }
  }
  static std::string text_of(const Answer& answer) {
    if (answer.opcode == Opcode::kError) return "failed: " + error_of(answer).message;
    auto result = decode<AppendResultMessage>(answer.body);
    EXPECT_TRUE(result);
    result->timers = {};
    std::string text = "done: ";
    const auto add = [&](std::span<const std::byte> bytes) {
      text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    add(encode(*result));
    for (const auto& part : answer.payload)
      add(part);
    return text;
  }
  std::int64_t steps(const std::string& kind) {
    const auto node = codec::parse_json(*service_->stats("decode_steps", "[]"));
    return *node->find(kind)->as_integer();
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
  auto request = request_of(message, session);
  request->is_cancelled = std::shared_ptr<const std::atomic<bool>>(&is_cancelled, [](auto*) {});
  EXPECT_EQ(error_of(service_->serve(std::move(request))).code, ErrorCode::kCancelled);
  request = request_of(message, session);
  request->deadline = clock_.now() - 1s;
  EXPECT_EQ(error_of(service_->serve(std::move(request))).code, ErrorCode::kDeadline);
  EXPECT_EQ(ask<AppendResultMessage>(message, session).tokens_held, 3U);
}

AppendMessage random_append(Random& random, std::uint32_t rows, std::uint64_t sequence,
                            bool is_first) {
  AppendMessage message{.sequence = sequence, .counts = {}, .ids = {}};
  message.generate = static_cast<std::uint32_t>(random.below(4));
  const bool is_decode = !is_first && random.coin();
  for (std::uint32_t row = 0; row < rows; ++row) {
    const auto count = static_cast<std::uint32_t>(is_decode ? 1 : 1 + random.below(3));
    message.counts.push_back(count);
    for (std::uint32_t i = 0; i < count; ++i)
      message.ids.push_back(static_cast<TokenId>(random.below(30)));
  }
  const std::array policies{OutputPolicy::kIds, OutputPolicy::kLast, OutputPolicy::kNone};
  message.policy = policies[random.below(policies.size())];
  if (random.coin()) message.sampling = Sampling{.top_k = 9, .seed = random.below(99)};
  if (random.coin()) message.stop_ids = {static_cast<TokenId>(random.below(30))};
  if (random.below(8) == 0) message.ids[0] = 99;  // No such token: it fails, the others do not.
  message.starts_anew = random.below(8) == 0;
  return message;
}

/// What the same sessions were answered, one after the other or side by side.
TEST_F(ServiceTest, SessionsThatShareStepsGetWhatTheyGetAlone) {
  std::vector<std::vector<std::string>> told;
  for (const std::int64_t batch_rows : {1, 3, 8}) {
    start(batch_rows);
    Random random(42);  // The same for all.
    const ModelId model = load(decoder_graph());
    std::vector<std::uint32_t> rows;
    std::vector<SessionHandle> sessions;
    std::vector<std::uint64_t> sequences(6, 0);
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      rows.push_back(i == 5 ? 2 : 1);
      sessions.push_back(open(model, rows.back()));
    }
    auto& all = told.emplace_back();
    for (int round = 0; round < 40; ++round) {
      std::vector<std::unique_ptr<Request>> requests;
      std::vector<std::size_t> whose;
      for (std::size_t i = 0; i < sessions.size(); ++i) {
        const bool takes_part = random.below(4) > 0;
        const auto message = random_append(random, rows[i], sequences[i] + 1, round == 0);
        if (!takes_part) continue;
        requests.push_back(request_of(message, sessions[i]));
        whose.push_back(i);
      }
      const auto answers = answers_of(std::move(requests));
      for (std::size_t k = 0; k < answers.size(); ++k) {
        all.push_back(answers[k]);
        if (answers[k].starts_with("done")) ++sequences[whose[k]];
      }
    }
    EXPECT_EQ(steps("shared") > 0, batch_rows > 1);
    EXPECT_GT(steps("alone"), 0);
  }
  for (const std::size_t batched : {1U, 2U}) {
    ASSERT_EQ(told[batched].size(), told[0].size());
    const auto [alone, together] = std::ranges::mismatch(told[0], told[batched]);
    ASSERT_EQ(alone, told[0].end()) << "answer " << alone - told[0].begin() << " of "
                                    << told[0].size() << ": " << *alone << " | " << *together;
  }
  EXPECT_TRUE(std::ranges::any_of(told[0], [](const auto& one) { return one.starts_with("f"); }));
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
  auto request = request_of(FlushPlansMessage());
  request->frame.header.opcode = Opcode::kAppend;
  const Answer answer = service_->serve(std::move(request));
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
