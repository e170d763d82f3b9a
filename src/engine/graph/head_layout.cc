// SPDX-License-Identifier: MIT
#include "engine/graph/head_layout.h"

namespace assay::graph {

Result<void> expect_heads(const Operand& q, const Operand& k, const Operand& v) {
  ASSAY_TRY_VOID(expect_f32(q, 4, "[B, T, H, D]"));
  ASSAY_TRY_VOID(expect_f32(k, 4, "[B, S, Hk, D]"));
  ASSAY_TRY_VOID(expect_type(v, k.type, "the type of k"));
  if (k.extent(0) != q.extent(0) || k.extent(3) != q.extent(3)) {
    return unfit(k, format("[{}, S, Hk, {}], as {}", q.extent(0), q.extent(3), to_text(q)));
  }
  if (k.extent(2) < 1 || q.extent(2) % k.extent(2) != 0) {
    return unfit(
        k, format("a number of heads (axis 2) that divides {}, as {}", q.extent(2), to_text(q)));
  }
  return {};
}

}  // namespace assay::graph
