// SPDX-License-Identifier: MIT
// Every op with the shapes and values that catch mistakes: odd extents, 0 and 1, tails of vectors,
// every data type and attribute, and runs that have to fail. To add an op, add its cases here.
#pragma once

#include "engine/conformance/op_case.h"

namespace assay::conformance {

std::vector<OpCase> op_table();

}  // namespace assay::conformance
