// SPDX-License-Identifier: MIT
// The machine as env.json keeps it: what oracle/machine reads, as a document. What is absent stands
// there with its reason, and `warnings` says where the numbers of this machine should be doubted.
#pragma once

#include <string>
#include <string_view>

#include "core/codec/node.h"

namespace assay::runner {

/// The machine as it is now.
codec::Node environment_document();

/// What floors may be compared under: CPU model, CPUs, kernel and binary, in words. What cannot be
/// read stands there as unknown.
std::string machine_key(const codec::Node& environment, std::string_view build);

}  // namespace assay::runner
