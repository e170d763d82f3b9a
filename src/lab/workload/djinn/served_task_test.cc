// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/served_task.h"

#include <gmock/gmock.h>

#include "lab/workload/djinn/stand_in_devices.h"

namespace assay::workload {
namespace {

using tensor::HostTensor;
using ::testing::HasSubstr;

std::shared_ptr<const ServedTask> decoder_task() {
  const auto task = make_task(
      {.model = "gpt2_1x8x2", .decode = 4, .seed = 3, .sizes = {.batch = 2, .sequence = 5}});
  EXPECT_TRUE(task) << task.error().to_string();
  return *task;
}

TEST(ServedTask, SaysWhatItNeeds) {
  const auto calls =
      make_task({.model = "mlp8-4", .requests = 3, .seed = 3, .sizes = {.batch = 2}});
  ASSERT_TRUE(calls) << calls.error().to_string();
  EXPECT_EQ((*calls)->weights.count(), 4 * (8 * 4 + 4));
  EXPECT_EQ((*calls)->parameters(), 8 * 4 + 4);
  EXPECT_EQ((*calls)->arguments.inputs.size(), 1U);
  EXPECT_DOUBLE_EQ((*calls)->products, 3 * 2 * 2 * 8 * 4);
  const auto text = decoder_task();
  EXPECT_TRUE(text->is_decoder());
  EXPECT_EQ(text->capacity(), 9);
  EXPECT_EQ(text->tokens_needed(), 2 * 8);
  EXPECT_EQ(text->prompts.size(), 2U);
  EXPECT_EQ(text->prompts[1].size(), 5U);
  EXPECT_EQ(text->states.count(), 2 * 2 * 9 * 8 * 4) << "keys and values of 2 rows of 9 tokens";
  EXPECT_NE(text->prompts[0], text->prompts[1]);
  EXPECT_EQ(decoder_task()->prompts, text->prompts) << "the same seed";
}

TEST(ServedTask, WhatDoesNotGoTogetherIsRefused) {
  const auto message = [](ServedTask asked) {
    const auto task = make_task(std::move(asked));
    return task ? std::string("no error") : task.error().to_string();
  };
  EXPECT_THAT(message({.model = "mlp8-4", .decode = 2}), HasSubstr("mlp8-4 is no decoder"));
  EXPECT_THAT(message({.model = "gpt2_1x8x2"}), HasSubstr("say how many tokens"));
  EXPECT_THAT(message({.model = "gpt2_1x8x2", .requests = 2, .decode = 2}),
              HasSubstr("a unit is one prompt"));
  EXPECT_THAT(message({.model = "gpt3"}), HasSubstr("unknown model"));
}

TEST(AnswerBook, JudgesEveryElementOfEveryCall) {
  const auto task = *make_task({.model = "mlp8-4", .requests = 2, .seed = 3, .sizes = {}});
  const auto devices = stand_in_devices();
  const auto expected = expected_answer({.graph = task->graph,
                                         .sizes = task->sizes,
                                         .input_seed = task->seed,
                                         .outputs = {},
                                         .products = 1},
                                        *devices);
  ASSERT_TRUE(expected) << expected.error().to_string();
  const auto answers = [&](int count, float off) {
    std::vector<std::vector<HostTensor>> all;
    for (int i = 0; i < count; ++i) {
      auto& outputs = all.emplace_back();
      outputs.push_back(*HostTensor::copy_of(expected->outputs[0].view()));
      if (i == count - 1) outputs[0].view().as<float>().at(0, 3) += off;
    }
    return all;
  };
  AnswerBook book(devices);
  EXPECT_TRUE(book.check_calls(*task, answers(2, 0))->correct);
  EXPECT_FALSE(book.check_calls(*task, answers(2, 0.1F))->correct) << "in the last call";
  EXPECT_FALSE(book.check_calls(*task, answers(1, 0))->correct) << "one is missing";
  EXPECT_FALSE(book.check_calls(*task, {})->correct);
}

TEST(AnswerBook, JudgesEveryToken) {
  const auto task = decoder_task();
  AnswerBook book(stand_in_devices());
  const auto nothing = book.check_tokens(*task, {{}, {}});
  ASSERT_TRUE(nothing) << nothing.error().to_string();
  EXPECT_FALSE(nothing->correct);
  EXPECT_EQ(nothing->error, 1);
  EXPECT_FALSE(book.check_tokens(*task, {})->correct);
  EXPECT_FALSE(book.check_tokens(*task, {{-1, -1, -1, -1}, {-1, -1, -1, -1}})->correct);
  EXPECT_EQ(nothing->tolerance, 0);
}

}  // namespace
}  // namespace assay::workload
