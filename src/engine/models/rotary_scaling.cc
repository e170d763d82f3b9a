// SPDX-License-Identifier: MIT
#include "engine/models/rotary_scaling.h"

#include <cmath>
#include <numbers>

#include "engine/models/builders/decoder.h"

namespace assay::models {
namespace {

Result<double> positive(const Settings& settings, std::string_view key) {
  ASSAY_TRY(const double number, settings.number(key, 0));
  if (number <= 0) return settings.expected(key, "a number above 0");
  return number;
}

Result<Llama3Scaling> read_llama3(const Settings& settings) {
  Llama3Scaling scaling;
  ASSAY_TRY(scaling.factor, positive(settings, "factor"));
  ASSAY_TRY(scaling.low_factor, positive(settings, "low_freq_factor"));
  ASSAY_TRY(scaling.high_factor, positive(settings, "high_freq_factor"));
  ASSAY_TRY(scaling.tokens, positive(settings, "original_max_position_embeddings"));
  if (scaling.low_factor >= scaling.high_factor) {
    return settings.expected("low_freq_factor", "a number below high_freq_factor");
  }
  return scaling;
}

Result<void> scale(const Settings& settings, std::vector<float>& frequencies) {
  const char* key = settings.has("rope_type") ? "rope_type" : "type";
  ASSAY_TRY(const std::string type, settings.text(key, "default"));
  if (type == "default") return {};
  if (type == "linear") {
    ASSAY_TRY(const double factor, positive(settings, "factor"));
    for (float& frequency : frequencies) {
      frequency = static_cast<float>(double{frequency} / factor);
    }
    return {};
  }
  if (type != "llama3") return settings.unsupported(key, "default, linear, llama3");
  ASSAY_TRY(const Llama3Scaling scaling, read_llama3(settings));
  for (float& frequency : frequencies) {
    frequency = static_cast<float>(scaled_frequency(frequency, scaling));
  }
  return {};
}

}  // namespace

double scaled_frequency(double frequency, const Llama3Scaling& scaling) {
  // How many whole waves the sequences of the first training held.
  const double waves = scaling.tokens * frequency / (2 * std::numbers::pi);
  if (waves > scaling.high_factor) return frequency;
  if (waves < scaling.low_factor) return frequency / scaling.factor;
  const double blend = (waves - scaling.low_factor) / (scaling.high_factor - scaling.low_factor);
  return (1 - blend) * frequency / scaling.factor + blend * frequency;
}

Result<std::vector<float>> read_rotary_frequencies(const Settings& settings,
                                                   std::int64_t head_width) {
  ASSAY_TRY(const auto parameters, settings.map("rope_parameters"));
  constexpr double kTheta = 10'000;
  ASSAY_TRY(const double outer, settings.number("rope_theta", kTheta));
  ASSAY_TRY(const double theta,
            parameters ? parameters->number("rope_theta", outer) : Result<double>(outer));
  if (theta <= 0) return settings.expected("rope_theta", "a number above 0");
  std::vector<float> frequencies = rotary_frequencies(head_width, theta);
  ASSAY_TRY(const auto scaling, settings.map("rope_scaling"));
  if (scaling) {
    ASSAY_TRY_VOID(scale(*scaling, frequencies));
  } else if (parameters) {
    ASSAY_TRY_VOID(scale(*parameters, frequencies));
  }
  return frequencies;
}

}  // namespace assay::models
