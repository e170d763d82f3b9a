// SPDX-License-Identifier: MIT
// Which ops are only another way to look at memory that is there: what a reshape, permute, slice or
// broadcast of a strided view is, without moving an element, or that it cannot be had that way.
#pragma once

#include <optional>

#include "engine/graph/graph.h"

namespace assay::plan {

/// Where a view lies within its base: elements from the base's first, and strides.
struct Placement {
  std::int64_t offset = 0;
  tensor::Dims strides;
};

/// The placement of `node` (an op with is_view) with `result` shape, whose operand 0 has
/// `operand` shape and `placement`. Nothing where elements would have to move.
std::optional<Placement> view_of(const graph::Node& node, const tensor::Dims& operand,
                                 const Placement& placement, const tensor::Dims& result);

}  // namespace assay::plan
