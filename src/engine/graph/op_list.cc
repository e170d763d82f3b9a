// SPDX-License-Identifier: MIT
// To add an op: (1) ops/<name>.{h,cc} and its test, smallest example ops/scale; (2) one include and
// one line here; (3) `./assay list ops --markdown > docs/ops.md`; (4) what calculates it: the
// reference kernel first, because every other is compared with it.
#include <algorithm>
#include <array>

#include "core/nearest.h"
#include "engine/graph/op.h"
#include "engine/graph/ops/activation.h"
#include "engine/graph/ops/add.h"
#include "engine/graph/ops/attention.h"
#include "engine/graph/ops/batch_norm.h"
#include "engine/graph/ops/broadcast.h"
#include "engine/graph/ops/cached_attention.h"
#include "engine/graph/ops/cast.h"
#include "engine/graph/ops/concat.h"
#include "engine/graph/ops/conv2d.h"
#include "engine/graph/ops/embedding.h"
#include "engine/graph/ops/layer_norm.h"
#include "engine/graph/ops/linear.h"
#include "engine/graph/ops/matmul.h"
#include "engine/graph/ops/max_pool2d.h"
#include "engine/graph/ops/multiply.h"
#include "engine/graph/ops/normalise.h"
#include "engine/graph/ops/permute.h"
#include "engine/graph/ops/quantise_rows.h"
#include "engine/graph/ops/quantised_linear.h"
#include "engine/graph/ops/reduce.h"
#include "engine/graph/ops/reshape.h"
#include "engine/graph/ops/resize.h"
#include "engine/graph/ops/rms_norm.h"
#include "engine/graph/ops/rotary.h"
#include "engine/graph/ops/row_scales.h"
#include "engine/graph/ops/scale.h"
#include "engine/graph/ops/slice.h"
#include "engine/graph/ops/softmax.h"
#include "engine/graph/ops/take_rows.h"

namespace assay::graph {

std::span<const OpDefinition* const> op_list() {
  static const std::array list{
      // Views.
      &reshape_op(), &permute_op(), &slice_op(), &broadcast_op(),
      // Movement.
      &concat_op(), &cast_op(), &embedding_op(), &take_rows_op(),
      // Element by element.
      &add_op(), &multiply_op(), &scale_op(), &activation_op(),
      // Over an axis.
      &softmax_op(), &layer_norm_op(), &rms_norm_op(), &reduce_op(), &batch_norm_op(),
      // Products.
      &matmul_op(), &linear_op(), &quantised_linear_op(), &row_scales_op(), &quantise_rows_op(),
      &conv2d_op(), &attention_op(), &cached_attention_op(), &rotary_op(),
      // Pictures.
      &max_pool2d_op(), &resize_op(), &normalise_op()};
  return list;
}

Result<const OpDefinition*> find_op(std::string_view name) {
  const auto found = std::ranges::find(op_list(), name, &OpDefinition::name);
  if (found != op_list().end()) return *found;
  std::vector<std::string> names;
  for (const OpDefinition* op : op_list())
    names.emplace_back(op->name);
  return Error::user("{}", unknown_name("op", name, names));
}

}  // namespace assay::graph
