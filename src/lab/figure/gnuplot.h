// SPDX-License-Identifier: MIT
// A figure as a gnuplot script with its data inline, for paper. The same content and the same rules
// as the page: bands for intervals, hollow marks for what is not measured, a cross or a word where
// there is no number. Text of ours and of the user goes into single quotes, which gnuplot does not
// interpret.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "lab/figure/figure.h"

namespace assay::figure {

enum class PaperFormat : std::uint8_t { kPdf, kPng };
std::string_view extension_of(PaperFormat format);  ///< "pdf", "png"

/// The script writes to `output` when gnuplot runs it.
Result<std::string> to_gnuplot(const Figure& figure, PaperFormat format, const std::string& output);

}  // namespace assay::figure
