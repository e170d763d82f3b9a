// SPDX-License-Identifier: MIT
// The known name that a person probably meant. Every failed lookup in Assay offers one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace assay {

/// The candidate with the smallest edit distance (swaps of neighbours count one), if it is at most
/// a third of the longer word; otherwise empty.
std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

/// `unknown workload: gem; did you mean gemm? known: gemm, padding, sdpa`
std::string unknown_name(std::string_view kind, std::string_view name,
                         std::span<const std::string> candidates);

}  // namespace assay
