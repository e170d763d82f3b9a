// SPDX-License-Identifier: MIT
#include "engine/backends/sim/known_answers.h"

#include <gmock/gmock.h>

#include <array>

namespace assay::sim {
namespace {

/// One input of two floats, one output of one.
struct Call {
  std::array<float, 2> in{};
  float out = 0;
  std::array<backend::ConstAnyView, 1> inputs{
      tensor::dense_view(static_cast<const float*>(in.data()), {tensor::DType::kF32, {2}})};
  std::array<backend::AnyView, 1> outputs{tensor::dense_view(&out, {tensor::DType::kF32, {1}})};
  backend::RunArguments arguments() { return {.inputs = inputs, .states = {}, .outputs = outputs}; }
};

TEST(KnownAnswers, AnswersForTheSameBytesWhereverTheyLie) {
  KnownAnswers known(Bytes(1000));
  Call first;
  first.in = {1, 2};
  first.out = 3;
  EXPECT_FALSE(known.recall(first.arguments()));
  known.keep(first.arguments());
  Call second;
  second.in = {1, 2};
  EXPECT_TRUE(known.recall(second.arguments()));
  EXPECT_EQ(second.out, 3);
  second.in = {1, 2.5F};
  EXPECT_FALSE(known.recall(second.arguments()));
  EXPECT_EQ(second.out, 3) << "an unknown question leaves the output alone";
}

TEST(KnownAnswers, TheOldestGoWhereThereIsNoRoom) {
  KnownAnswers known(Bytes(24));  // Two answers of 12 bytes.
  Call call;
  for (float i = 0; i < 3; ++i) {
    call.in = {i, i};
    call.out = 10 * i;
    known.keep(call.arguments());
  }
  call.in = {0, 0};
  EXPECT_FALSE(known.recall(call.arguments()));
  call.in = {2, 2};
  EXPECT_TRUE(known.recall(call.arguments()));
  EXPECT_EQ(call.out, 20);
  KnownAnswers none(Bytes(11));
  none.keep(call.arguments());
  EXPECT_FALSE(none.recall(call.arguments()));
}

}  // namespace
}  // namespace assay::sim
