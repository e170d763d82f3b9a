// SPDX-License-Identifier: MIT
// `-m k=96,107 dtype=f32,bf16`: every combination of the values, each a run of its own.
//
//   multirun({{"k=96,107", "dtype=f32"}});   // {{"k=96", "dtype=f32"}, {"k=107", "dtype=f32"}}
//
// A comma in quotes or brackets does not separate: `axes.k=[1,2],[3]` are two lists.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"

namespace assay::spec {

/// Each run has a folder; more than this is a sweep and belongs into `axes`.
inline constexpr std::int64_t kRunsMax = 1'000;

/// One list of overrides per run; the last argument varies fastest.
Result<std::vector<std::vector<std::string>>> multirun(std::span<const std::string> arguments);

}  // namespace assay::spec
