// SPDX-License-Identifier: MIT
// The layers that a Vega-Lite chart of ours is stacked from, as JSON text. They refer to the fields
// that vega_lite.cc writes into the data: `kind` (mark, gap, rule, level) says which layer draws a
// row, `segment` keeps a line from bridging a missing value, `place` staggers labels.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lab/figure/figure.h"

namespace assay::figure {

/// What a layer draws.
enum class LayerOf : std::uint8_t {
  kMarks,
  kMeasured,
  kWeaker,  ///< A number in any other state.
  kIntervals,
  kGaps,
  kLabels,
  kRules,
  kBands,   ///< Levels with low < high.
  kLevels,  ///< Levels that are lines.
};

struct VegaLayer {
  LayerOf of;
  std::string_view json;
};

/// From the bottom to the top.
std::vector<VegaLayer> vega_layers_of(Shape shape);

/// Fonts, grid and legend, without colours of their own, so that a page may set them.
std::string_view vega_config();

}  // namespace assay::figure
