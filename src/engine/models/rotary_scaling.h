// SPDX-License-Identifier: MIT
// The frequencies of rotary positions as a config.json asks for them: rope_theta, and a scaling
// that stretches a model beyond the sequences it was first trained on (none, linear, Llama 3's).
#pragma once

#include <vector>

#include "core/result.h"
#include "engine/models/settings.h"

namespace assay::models {

/// Llama 3's: waves that fit often into the first training's sequences stay, those that hardly fit
/// are stretched by the factor, and between the two it is blended.
struct Llama3Scaling {
  double factor = 8;
  double low_factor = 1;   ///< A wave is long if the sequence holds fewer than so many of it,
  double high_factor = 4;  ///< and short if it holds more than so many.
  double tokens = 8192;    ///< Of the first training.
};
double scaled_frequency(double frequency, const Llama3Scaling& scaling);

/// Reads rope_theta and rope_scaling, or rope_parameters as newer files call both.
Result<std::vector<float>> read_rotary_frequencies(const Settings& settings,
                                                   std::int64_t head_width);

}  // namespace assay::models
