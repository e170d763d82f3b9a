// SPDX-License-Identifier: MIT
// Looking things up in what STATS tells, by the path of their names: "vmu.text.used_bytes". A
// server of another version may not tell them: that is nothing, never 0.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/codec/node.h"

namespace assay::djinn {

/// Null where it is not told.
const codec::Node& node_at(const codec::Node& stats, std::string_view path);
std::optional<double> number_at(const codec::Node& stats, std::string_view path);
/// Empty where it is not told, or no text.
std::string text_at(const codec::Node& stats, std::string_view path);
/// Entries of a list.
std::optional<std::int64_t> count_at(const codec::Node& stats, std::string_view path);
/// Of a field of every entry of a list; entries without it add nothing.
std::optional<double> sum_at(const codec::Node& stats, std::string_view list,
                             std::string_view field);

}  // namespace assay::djinn
