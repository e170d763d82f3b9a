// SPDX-License-Identifier: MIT
#include "djinn/wire/model_messages.h"
#include "djinn/wire/round_trip.h"

#include <gtest/gtest.h>

namespace assay::djinn {
namespace {

using tensor::DType;

ModelId some_model() {
  ModelId id;
  id.bytes.fill(std::byte{0xAB});
  return id;
}

TEST(ModelMessages, AreReadAsTheyWereWritten) {
  ContentId weight;
  weight.bytes[0] = std::byte{1};
  const auto load = there_and_back(LoadModelMessage{.name = "gpt2",
                                                    .weights = {{"wte", weight}, {"wpe", {}}},
                                                    .compile_mode = "default",
                                                    .passes_off = {"fold"}});
  EXPECT_EQ(load.weights[0], (NamedWeight{"wte", weight}));
  EXPECT_EQ(load.passes_off, std::vector<std::string>{"fold"});
  EXPECT_TRUE(there_and_back(UnloadModelMessage{.drops_weights = true}).drops_weights);
  EXPECT_EQ(
      there_and_back(UnloadedModelMessage{.is_gone = true, .weights_dropped = 3}).weights_dropped,
      3U);
  const auto loaded = there_and_back(LoadedModelMessage{
      .model = some_model(), .weight_bytes = 1ULL << 40U, .was_there = true, .load_time = 5ms});
  EXPECT_EQ(loaded.model, some_model());
  EXPECT_TRUE(loaded.was_there);
  const TensorRecord x{"x", {DType::kF32, {8, 512}}, 0};
  const TensorRecord y{"y", {DType::kI8, {}}, 16384};
  const auto call = there_and_back(
      CallMessage{.model = some_model(), .policy = OutputPolicy::kHandle, .inputs = {x, y}});
  EXPECT_EQ(call.inputs, (std::vector<TensorRecord>{x, y}));
  EXPECT_EQ(call.policy, OutputPolicy::kHandle);
  const auto result = there_and_back(
      CallResultMessage{.timers = {.execute = 3us, .send = 1ns}, .handle = 9, .outputs = {y}});
  EXPECT_EQ(result.timers.execute, 3us);
  EXPECT_EQ(result.handle, 9U);
  const auto fetch =
      there_and_back(FetchMessage{.handle = 3, .output = 2, .slice = Slice{.begin = 1, .end = 5}});
  EXPECT_EQ(fetch.slice->end, 5U);
  EXPECT_FALSE(there_and_back(FetchMessage{.handle = 3}).slice.has_value());
  EXPECT_EQ(there_and_back(FetchedMessage{.tensor = x}).tensor, x);
  EXPECT_EQ(there_and_back(ReleaseMessage{.handle = 77}).handle, 77U);
}

TEST(ModelMessages, KnowTheirOwnRules) {
  const auto says = [](const std::string& text, std::string_view part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  const TensorRecord x{"x", {DType::kF32, {8}}, 0};
  says(refusal(CallMessage{.inputs = {x, x}}), "x stands twice among the inputs");
  says(refusal(CallMessage{.inputs = {{"", {}, 0}}}), "a name of 0 bytes");
  says(refusal(CallMessage{.inputs = {{std::string(kNameMax + 1, 'x'), {}, 0}}}), "4097 bytes");
  says(refusal(CallMessage{.policy = OutputPolicy::kIds}), "output policy ids");
  says(refusal(CallMessage{.policy = OutputPolicy::kLast}), "in CALL");
  says(refusal(LoadModelMessage{.weights = {{"w", {}}, {"w", {}}}}), "w stands twice");
  says(refusal(LoadModelMessage{.name = std::string(kNameMax + 1, 'x')}), "4097 bytes");
  says(refusal(FetchMessage{.slice = Slice{.begin = 2, .end = 1}}), "from 2 to 1");
  CallMessage many;
  for (std::size_t i = 0; i <= kTensorsMax; ++i)
    many.inputs.push_back({format("x{}", i), {DType::kF32, {}}, 0});
  says(refusal(many), "4097 inputs; expected at most 4096");
}

TEST(OutputPolicy, HasItsNames) {
  std::string names;
  for (int i = 0; i <= static_cast<int>(last_of(OutputPolicy{})); ++i)
    names += format("{} ", to_text(static_cast<OutputPolicy>(i)));
  EXPECT_EQ(names, "none all last_logits ids handle ");
}

TEST(StageTimers, AreListedInTheirOrder) {
  std::string names;
  for (const auto& [name, time] : stages({.receive = 1ns, .send = 8ns}))
    names += format("{}={} ", name, time.count());
  EXPECT_EQ(names, "receive=1 queue=0 plan=0 bind=0 restore=0 execute=0 output=0 send=8 ");
}

}  // namespace
}  // namespace assay::djinn
