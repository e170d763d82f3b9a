// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/agent_script.h"

#include <gtest/gtest.h>

#include "engine/runtime/generation.h"
#include "lab/workload/djinn/stand_in_devices.h"

namespace assay::workload {
namespace {

TEST(AgentScript, ASessionHasRoomForExactlyItsTurns) {
  for (std::int64_t context = 24; context < 100; context += 7) {
    for (std::int64_t answered = 1; answered < 5; ++answered) {
      const ScriptSizes sizes = ScriptSizes::of_context(context, answered);
      const std::int64_t turns = sizes.turns_max();
      const auto held = [&](std::int64_t count) {
        return sizes.prompt + answered - 1 + count * (sizes.observed + answered);
      };
      EXPECT_LE(held(turns), context);
      EXPECT_GT(held(turns + 1), context);
    }
  }
}

TEST(AgentScript, EveryTurnGoesOnFromTheLastAnswer) {
  StandInDevice device;
  const auto model = make_agent_model(1, 64);
  ASSERT_TRUE(model) << model.error().to_string();
  const ScriptSizes sizes = ScriptSizes::of_context(32, 2);
  const auto scripts = write_scripts(device, *model, sizes, 3, 7);
  ASSERT_TRUE(scripts) << scripts.error().to_string();
  ASSERT_EQ(scripts->size(), 3U);
  for (const AgentScript& script : *scripts) {
    ASSERT_EQ(std::ssize(script), sizes.turns_max() + 1);
    EXPECT_EQ(std::ssize(script[0].says), sizes.prompt);
    for (std::size_t i = 0; i < script.size(); ++i) {
      EXPECT_EQ(std::ssize(script[i].answer), sizes.answered);
      if (i == 0) continue;
      EXPECT_EQ(std::ssize(script[i].says), 1 + sizes.observed);
      EXPECT_EQ(script[i].says[0], script[i - 1].answer.back());
    }
  }
  EXPECT_NE((*scripts)[0][0].says, (*scripts)[1][0].says);
}

/// The answers are those of one model that read everything at once.
TEST(AgentScript, AnswersAreThoseOfTheWholeText) {
  StandInDevice device;
  const auto model = make_agent_model(1, 64);
  ASSERT_TRUE(model);
  const ScriptSizes sizes = ScriptSizes::of_context(24, 2);
  const auto scripts = write_scripts(device, *model, sizes, 1, 3);
  ASSERT_TRUE(scripts);
  const AgentScript& script = (*scripts)[0];
  const std::shared_ptr<backend::LoadedModel> loaded =
      *device.load(model->graph, model->weights, {});
  std::vector<runtime::TokenId> text;
  for (const Turn& turn : script) {
    text.insert(text.end(), turn.says.begin(), turn.says.end());
    auto session = runtime::TextSession::create(loaded, {.capacity = sizes.context});
    ASSERT_TRUE(session);
    const auto answer = runtime::generate(
        *session, {text},
        {.sampling = {.temperature = 0}, .tokens_max = sizes.answered, .stops = {}});
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_EQ((*answer)[0], turn.answer);
    text.insert(text.end(), turn.answer.begin(), turn.answer.end() - 1);
  }
}

TEST(AgentScript, WhatHasNoRoomIsRefused) {
  StandInDevice device;
  const auto model = make_agent_model(1, 64);
  ASSERT_TRUE(model);
  EXPECT_FALSE(write_scripts(device, *model, {.context = 8, .prompt = 7, .answered = 3}, 1, 1));
  EXPECT_FALSE(write_scripts(device, *model, {.context = 8, .prompt = 0, .answered = 1}, 1, 1));
  EXPECT_FALSE(make_agent_model(1, 100)) << "no multiple of a head";
}

}  // namespace
}  // namespace assay::workload
