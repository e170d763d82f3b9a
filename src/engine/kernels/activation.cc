// SPDX-License-Identifier: MIT
#include "engine/kernels/activation.h"

#include <array>
#include <cmath>
#include <numbers>

namespace assay::kernels {
namespace {

constexpr std::array<std::string_view, 7> kNames{"none", "relu", "gelu",   "gelu_tanh",
                                                 "silu", "tanh", "sigmoid"};

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

}  // namespace

std::string_view to_text(Activation activation) {
  return kNames[static_cast<std::size_t>(activation)];
}

std::optional<Activation> parse_activation(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<Activation>(i);
  }
  return std::nullopt;
}

std::vector<std::string> activation_names() {
  return {kNames.begin(), kNames.end()};
}

double activate_exactly(Activation activation, double x) {
  switch (activation) {
    case Activation::kNone:
      return x;
    case Activation::kRelu:
      return x < 0 ? 0 : x;
    case Activation::kGelu:
      return x * 0.5 * std::erfc(-x / std::numbers::sqrt2);
    case Activation::kGeluTanh: {
      const double slope = 2 * std::sqrt(2 * std::numbers::inv_pi);
      return x * sigmoid(slope * (x + 0.044715 * x * x * x));
    }
    case Activation::kSilu:
      return x * sigmoid(x);
    case Activation::kTanh:
      return std::tanh(x);
    case Activation::kSigmoid:
      return sigmoid(x);
  }
  return x;
}

}  // namespace assay::kernels
