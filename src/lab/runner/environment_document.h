// SPDX-License-Identifier: MIT
// The machine as env.json keeps it: what oracle/machine reads, as a document. What is absent stands
// there with its reason, and `warnings` says where the numbers of this machine should be doubted.
#pragma once

#include "core/codec/node.h"

namespace assay::runner {

/// The machine as it is now.
codec::Node environment_document();

}  // namespace assay::runner
