// SPDX-License-Identifier: MIT
// Ops over drawn shapes: what nobody thought of writing into the table.
#pragma once

#include "core/random.h"
#include "engine/conformance/op_case.h"

namespace assay::conformance {

OpCase draw(Random& random);

}  // namespace assay::conformance
