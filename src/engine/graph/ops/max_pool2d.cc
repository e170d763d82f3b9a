// SPDX-License-Identifier: MIT
#include "engine/graph/ops/max_pool2d.h"

#include "engine/graph/expectations.h"
#include "engine/graph/window.h"

namespace assay::graph {
namespace {

/// With less padding than window, every window holds at least one element of x.
Result<void> expect_settings(const Attributes& attributes) {
  ASSAY_TRY_VOID(expect_integers(attributes, "window", 2, 1));
  ASSAY_TRY_VOID(expect_integers(attributes, "stride", 2, 1));
  ASSAY_TRY_VOID(expect_integers(attributes, "padding", 2, 0));
  const Integers& window = attributes.integers("window");
  const Integers& padding = attributes.integers("padding");
  if (padding[0] < window[0] && padding[1] < window[1]) return {};
  return Error::user("padding is {}; expected less than window, which is {}", to_text(padding),
                     to_text(window));
}

Result<std::int64_t> positions(const Operand& x, const Attributes& attributes, std::size_t i) {
  const std::int64_t extent = x.extent(2 + static_cast<int>(i));
  if (extent == 0) return unfit(x, "pictures of at least one pixel");
  return window_positions(extent,
                          {.size = attributes.integers("window")[i],
                           .stride = attributes.integers("stride")[i],
                           .padding = attributes.integers("padding")[i]},
                          i == 0 ? "height" : "width");
}

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand x{"x", operands[0]};
  ASSAY_TRY_VOID(expect_settings(attributes));
  ASSAY_TRY_VOID(expect_f32(x, 4, "[B, C, H, W]"));
  ASSAY_TRY(const std::int64_t height, positions(x, attributes, 0));
  ASSAY_TRY(const std::int64_t width, positions(x, attributes, 1));
  return result_type(DType::kF32, Dims{x.extent(0), x.extent(1), height, width});
}

}  // namespace

const OpDefinition& max_pool2d_op() {
  static const OpDefinition definition{
      .name = "max_pool2d",
      .meaning = "The largest element of each window; padding is never the largest.",
      .operands = {{.name = "x", .meaning = "[B, C, H, W] f32"}},
      .attributes =
          {{.name = "window", .by_default = {}, .kind = Integers{}, .meaning = "Height, width."},
           {.name = "stride",
            .by_default = {},
            .kind = Integers{},
            .meaning = "Vertical, horizontal."},
           {.name = "padding",
            .by_default = Integers{0, 0},
            .kind = Integers{},
            .meaning = "Added at both ends; less than the window."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
