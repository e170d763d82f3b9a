// SPDX-License-Identifier: MIT
// The sizes of a model's settings, checked before anything is built from them: with these bounds no
// product of two sizes leaves 64 bits and no graph grows beyond memory.
//
//   ASSAY_TRY_VOID(check_sizes("vit", {{"patch", config.patch}, {"depth", config.depth, 0,
//   kDepthMax}}));
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "core/result.h"

namespace assay::models {

inline constexpr std::int64_t kSizeMax = 1 << 24;
/// Ten times the deepest model we know.
inline constexpr std::int64_t kDepthMax = 2'000;

struct NamedSize {
  std::string_view name;
  std::int64_t value = 0;
  std::int64_t low = 1;
  std::int64_t high = kSizeMax;
};

/// An error names the model, the size, its value and its bounds.
Result<void> check_sizes(std::string_view model, std::initializer_list<NamedSize> sizes);
/// That `whole` is a multiple of `part`, both checked already.
Result<void> check_divides(std::string_view model, const NamedSize& part, const NamedSize& whole);

}  // namespace assay::models
