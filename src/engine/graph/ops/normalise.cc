// SPDX-License-Identifier: MIT
#include "engine/graph/ops/normalise.h"

#include <algorithm>

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand x{"x", operands[0]};
  ASSAY_TRY_VOID(expect_dtype(x, {DType::kU8, DType::kF32}));
  ASSAY_TRY_VOID(expect_rank(x, 4, "[B, H, W, C]"));
  for (const std::string name : {"mean", "deviation"}) {
    const Numbers& numbers = attributes.numbers(name);
    if (std::ssize(numbers) != x.extent(3)) {
      return Error::user("{} is {}; expected {} numbers, one a channel, as {}", name,
                         to_text(numbers), x.extent(3), to_text(x));
    }
  }
  const Numbers& deviation = attributes.numbers("deviation");
  if (std::ranges::any_of(deviation, [](double value) { return value <= 0; })) {
    return Error::user("deviation is {}; expected positive numbers", to_text(deviation));
  }
  return result_type(DType::kF32, Dims{x.extent(0), x.extent(3), x.extent(1), x.extent(2)});
}

}  // namespace

const OpDefinition& normalise_op() {
  static const OpDefinition definition{
      .name = "normalise",
      .meaning = "y[b, c, i, j] = (x[b, i, j, c] factor - mean[c]) / deviation[c].",
      .operands = {{.name = "x", .meaning = "[B, H, W, C] u8 or f32"}},
      .attributes =
          {{.name = "factor",
            .by_default = 1.0 / 255,
            .kind = double{},
            .meaning = "1/255 takes bytes to 0 .. 1."},
           {.name = "mean", .by_default = {}, .kind = Numbers{}, .meaning = "One a channel."},
           {.name = "deviation",
            .by_default = {},
            .kind = Numbers{},
            .meaning = "One a channel, positive."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
