// SPDX-License-Identifier: MIT
// One op over operands that are written as text, and the graphs that are made of it: the operands
// as they are, or seen through slices and permutes, so that kernels meet the strides they will meet
// in models.
//
//   OpCase{.op = "linear", .operands = "f32 5x7, weight f16 3x7, -, f32 5x3", .products = 7}
//
// An operand is `[weight|state] DTYPE [SHAPE] [in LOW..HIGH] [= NUMBERS [/ NUMBERS]...]`, or -
// where an optional one is left out. Numbers are the values of the first run, behind a slash of the
// next.
#pragma once

#include "engine/conformance/model_case.h"

namespace assay::conformance {

struct OpCase {
  std::string op;
  std::string operands;
  graph::Attributes attributes = {};
  std::int64_t products = 1;
  double slack = 0;
  ExpectedFailure failure = {};
};

enum class Dress : std::uint8_t {
  kPlain,   ///< Operands and result are dense.
  kSliced,  ///< Operands are the middle of longer rows.
  kTurned,  ///< The last two axes of operands lie the other way round, those of one axis at every
            ///< second place; the result is asked for turned as well.
};
std::string_view to_text(Dress dress);

/// A mistake in the text is a bug: cases are written by us.
ModelCase make_model(const OpCase& op_case, Dress dress);

}  // namespace assay::conformance
