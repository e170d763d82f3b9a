// SPDX-License-Identifier: MIT
// docs/ops.md, written from the list of ops.
#pragma once

#include <string>

namespace assay::graph {

std::string ops_markdown();

}  // namespace assay::graph
