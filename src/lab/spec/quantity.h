// SPDX-License-Identifier: MIT
// Durations and sizes as people write them, and back without loss.
//
//   parse_duration("300us");   // 300'000 ns
//   parse_size("4GiB");        // 4'294'967'296 bytes
//   exact_text(1500ms);        // "1500ms": what parse_duration reads back equal
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/units.h"

namespace assay::spec {

/// A number and ns, us, ms, s, min or h: "300us", "1.5 s". An error names the units.
Result<Nanoseconds> parse_duration(std::string_view text);

/// A number and B, KiB, MiB, GiB, TiB (powers of 1024) or kB, MB, GB, TB (powers of 1000).
Result<Bytes> parse_size(std::string_view text);

/// In the largest unit that needs no fraction.
std::string exact_text(Nanoseconds time);
std::string exact_text(Bytes size);

}  // namespace assay::spec
