// SPDX-License-Identifier: MIT
// What both attentions ask of q [B, T, H, D] and of k and v [B, S, Hk, D].
#pragma once

#include "engine/graph/expectations.h"

namespace assay::graph {

/// k and v have one type and the batch and the D of q, and H is a multiple of Hk, so that head h
/// reads head h / (H / Hk).
Result<void> expect_heads(const Operand& q, const Operand& k, const Operand& v);

}  // namespace assay::graph
