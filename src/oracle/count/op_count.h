// SPDX-License-Identifier: MIT
// What one node has to do, whatever does it: arithmetic, bytes of distinct tensors, and how much of
// it can be done at once. Conventions:
//   products   2 per multiply-add of matrix products, convolutions and attention
//   flops      products and all the rest: every add, multiply, compare, divide, square root,
//              exponential, error function, tanh, sine and cosine is 1
//   bytes      every operand once and the result once, in their dtypes; an embedding reads the rows
//              it is asked for, a view nothing; what is masked away is not counted
//   width      results that can be calculated at the same time
// An op without a rule has a reason instead of a count: never zero.
#pragma once

#include <optional>
#include <string>

#include "engine/graph/types.h"

namespace assay::oracle {

struct OpCount {
  double products = 0;
  double flops = 0;
  double weight_bytes = 0;  ///< Operands that are weights.
  double read_bytes = 0;    ///< Other operands.
  double written_bytes = 0;
  double width = 0;
  double bytes() const { return weight_bytes + read_bytes + written_bytes; }
  /// Flops per byte; 0 where nothing is moved.
  double intensity() const { return bytes() > 0 ? flops / bytes() : 0; }
};

/// What types do not tell.
struct CountAssumptions {
  std::int64_t past = 0;  ///< Keys that a cache already holds, in every row.
};

struct CountedOp {
  OpCount count;
  std::string unsupported;  ///< Why there is no count; empty where there is one.
};

/// Whether there is a rule for ops of this name; views need none.
bool has_count_rule(std::string_view op);

CountedOp count_op(const graph::Graph& graph, graph::NodeId id, const graph::NodeTypes& types,
                   const CountAssumptions& assumptions);

}  // namespace assay::oracle
