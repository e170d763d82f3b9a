// SPDX-License-Identifier: MIT
// What libraries have to be told about this CPU before they start, as environment variables of a
// worker. A baseline is the library at its best: OpenBLAS 0.3.21 does not know Intel's CPUs since
// Emerald Rapids and gives them its SSE3 kernels, 5 to 6 times slower than its AVX-512 ones.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/result.h"

namespace assay::machine {

/// `vendor` and `isa` as the environment tells them. Nothing where the library judges well.
std::map<std::string, std::string> library_hints(std::string_view vendor, std::string_view isa);
/// For this machine; what the user has set himself is left alone.
std::map<std::string, std::string> library_hints();

}  // namespace assay::machine
