// SPDX-License-Identifier: MIT
// A figure as a Vega-Lite document with its data inline, for the page and for anybody's editor.
// Filled marks are measured, hollow ones are in any other state, a cross on the axis (or a word in
// the gap between bars) stands where there is no number. Hovering says value, interval, state,
// reason and every further column of the table.
#pragma once

#include <span>
#include <string_view>

#include "core/codec/node.h"
#include "core/result.h"
#include "lab/figure/figure.h"

namespace assay::figure {

Result<codec::Node> to_vega_lite(const Figure& figure);

/// Series colours, told apart by the colour-blind, with contrast on white and on near-black.
std::span<const std::string_view> series_colors();

}  // namespace assay::figure
