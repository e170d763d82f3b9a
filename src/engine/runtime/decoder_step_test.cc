// SPDX-License-Identifier: MIT
#include "engine/runtime/decoder_step.h"

#include <gmock/gmock.h>

#include "engine/models/builders/decoder.h"
#include "engine/plan/planned_model.h"
#include "engine/plan/reference_factory.h"
#include "engine/runtime/text_session.h"

namespace assay::runtime {
namespace {

using tensor::HostTensor;
using ::testing::HasSubstr;

constexpr std::int64_t kCapacity = 16;

std::shared_ptr<backend::LoadedModel> tiny_decoder() {
  const graph::Graph graph = *models::build_decoder({.vocabulary = 30,
                                                     .width = 8,
                                                     .depth = 2,
                                                     .heads = 2,
                                                     .kv_heads = 2,
                                                     .head_width = 4,
                                                     .mlp_width = 16,
                                                     .positions = kCapacity});
  return *plan::load_model(graph, *graph::seeded_weights(graph, 5), {},
                           plan::make_reference_factory());
}

std::string refusal_of(const std::vector<std::vector<TokenId>>& tokens,
                       const std::vector<std::int64_t>& lengths) {
  const auto step = DecoderStep::create(tokens, lengths, kCapacity);
  return step ? "" : step.error().to_string();
}

TEST(DecoderStep, RefusesWhatDoesNotFit) {
  EXPECT_THAT(refusal_of({{1}}, {0, 0}), HasSubstr("tokens for 1 rows, the session has 2"));
  EXPECT_THAT(refusal_of({{}, {}}, {3, 4}), HasSubstr("no row has a token"));
  EXPECT_THAT(refusal_of({{}, {1, 2}}, {0, 15}), HasSubstr("row 1 holds 15 tokens, 2 more"));
  EXPECT_EQ(refusal_of({{}, {1}}, {16, 15}), "");
}

TEST(DecoderStep, OverBorrowedStatesSaysWhatASessionSays) {
  const auto model = tiny_decoder();
  TextSession session = *TextSession::create(model, {.rows = 2, .capacity = kCapacity});
  std::vector<std::int64_t> lengths{0, 0};
  std::vector<HostTensor> memory;
  for (const std::vector<std::vector<TokenId>>& tokens :
       std::vector<std::vector<std::vector<TokenId>>>{{{3, 4, 5}, {6}}, {{}, {7, 8}}, {{9}, {1}}}) {
    const auto step = DecoderStep::create(tokens, lengths, kCapacity);
    ASSERT_TRUE(step);
    const auto executable = model->prepare(decoder_bindings(2, step->sequence(), kCapacity));
    ASSERT_TRUE(executable) << executable.error().to_string();
    ASSERT_TRUE(check_is_decoder((*executable)->signature()));
    if (memory.empty()) {
      for (const auto& [name, type] : (*executable)->signature().states)
        memory.push_back(*HostTensor::create(type));
    }
    std::vector<tensor::AnyView> states;
    for (HostTensor& state : memory)
      states.push_back(state.view());
    HostTensor logits = *HostTensor::create((*executable)->signature().outputs[0].second);
    ASSERT_TRUE(step->run(**executable, states, std::vector<tensor::AnyView>{logits.view()}));
    const auto expected = session.append(tokens);
    ASSERT_TRUE(expected);
    for (std::size_t row = 0; row < 2; ++row) {
      lengths[row] += std::ssize(tokens[row]);
      for (std::size_t i = 0; i < 30 && !tokens[row].empty(); ++i) {
        EXPECT_EQ(logits.view().as<float>().at(static_cast<std::int64_t>(row),
                                               static_cast<std::int64_t>(i)),
                  (*expected)[row][i]);
      }
    }
  }
}

TEST(DecoderStep, SaysWhatIsNoDecoder) {
  const backend::Signature wrong_input{
      .inputs = {{"x", {tensor::DType::kF32, {1, 2}}}}, .states = {}, .outputs = {}};
  EXPECT_THAT(check_is_decoder(wrong_input).error().to_string(), HasSubstr("its input x is none"));
  const backend::Signature wrong_output{.inputs = {{"ids", {tensor::DType::kI32, {1, 2}}}},
                                        .states = {},
                                        .outputs = {{"y", {tensor::DType::kF32, {1, 2, 3}}}}};
  EXPECT_THAT(check_is_decoder(wrong_output).error().to_string(), HasSubstr("its first output"));
}

}  // namespace
}  // namespace assay::runtime
