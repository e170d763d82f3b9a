// SPDX-License-Identifier: MIT
// Reference attention in the layout of graphs, [batch, tokens, heads, head_dim], with grouped
// heads: head h of q reads head h / (H / Hk) of k and v.
#pragma once

#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

struct AttentionInputs {
  ConstAnyView q;        ///< [B, T, H, D]
  ConstAnyView k;        ///< [B, S, Hk, D]
  ConstAnyView v;        ///< [B, S, Hk, D]
  ConstAnyView lengths;  ///< i32 [B]: keys that exist; or no data: all S.
};

struct AttentionOptions {
  double scale = 1;
  bool causal = false;  ///< Query t sees keys 0..t.
};

/// A query that sees no key gives 0. A length beyond S counts as S, a negative one as 0.
void attention_reference(const AttentionInputs& inputs, const AttentionOptions& options,
                         const AnyView& y);

/// One query over the first `seen` of its keys.
struct AttentionRow {
  std::span<const double> query;   ///< [D]
  std::span<const double> keys;    ///< [at least seen, D]
  std::span<const double> values;  ///< [at least seen, D]
  std::int64_t seen = 0;
  double scale = 1;
};
std::vector<double> attend(const AttentionRow& row);

}  // namespace assay::kernels
