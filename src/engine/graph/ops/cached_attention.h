// SPDX-License-Identifier: MIT
// Attention of new tokens over a cache of keys and values, which it extends.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& cached_attention_op();

}  // namespace assay::graph
