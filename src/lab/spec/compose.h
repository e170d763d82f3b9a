// SPDX-License-Identifier: MIT
// An experiment file and what it is composed of become one document.
//
//   defaults:
//     - shapes/projection        # experiments/shapes/projection.yaml, or beside this file
//     - policy: quick            # policy/quick.yaml; `policy=careful` on the command line changes
//     it
//     - _self_                   # this file; where it is not named, it comes last
//
// Later entries are laid over earlier ones (maps merge, lists and leaves replace), then the block
// of the chosen scale. Every value keeps the mark of the file that it came from.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "core/codec/node.h"
#include "core/result.h"
#include "lab/spec/overrides.h"

namespace assay::spec {

/// `scales` and `defaults` are gone from the result. Overrides that choose a file (`group=choice`,
/// `+group=choice`, `~group`) are taken out of `overrides`; the others stay for apply_overrides.
Result<codec::Node> compose(const std::filesystem::path& path, std::string_view scale,
                            std::vector<Override>& overrides);

}  // namespace assay::spec
