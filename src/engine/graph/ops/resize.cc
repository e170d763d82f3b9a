// SPDX-License-Identifier: MIT
#include "engine/graph/ops/resize.h"

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

constexpr std::int64_t kPixelsMax = 1 << 24;  // A side; f32 still tells neighbouring pixels apart.

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand x{"x", operands[0]};
  ASSAY_TRY_VOID(expect_between(attributes, "height", 1, kPixelsMax));
  ASSAY_TRY_VOID(expect_between(attributes, "width", 1, kPixelsMax));
  ASSAY_TRY_VOID(expect_between(attributes, "antialias", 0, 1));
  ASSAY_TRY_VOID(expect_dtype(x, {DType::kU8, DType::kF32}));
  ASSAY_TRY_VOID(expect_rank(x, 4, "[B, H, W, C]"));
  for (const int axis : {1, 2}) {
    if (x.extent(axis) < 1 || x.extent(axis) > kPixelsMax) {
      return unfit(x, format("pictures of 1 to {} pixels a side", kPixelsMax));
    }
  }
  return result_type(DType::kF32, Dims{x.extent(0), attributes.integer("height"),
                                       attributes.integer("width"), x.extent(3)});
}

}  // namespace

const OpDefinition& resize_op() {
  static const OpDefinition definition{
      .name = "resize",
      .meaning =
          "Bilinear, with half-pixel centres. With antialias the triangle filter widens by "
          "the factor by which a picture shrinks, as in PIL, without rounding in between.",
      .operands = {{.name = "x", .meaning = "[B, H, W, C] u8 or f32"}},
      .attributes = {{.name = "height",
                      .by_default = {},
                      .kind = std::int64_t{},
                      .meaning = "Of the result, in pixels."},
                     {.name = "width",
                      .by_default = {},
                      .kind = std::int64_t{},
                      .meaning = "Of the result, in pixels."},
                     {.name = "antialias",
                      .by_default = 1,
                      .kind = std::int64_t{},
                      .meaning = "0: two neighbours a side, however much a picture shrinks."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
