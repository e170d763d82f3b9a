// SPDX-License-Identifier: MIT
// The activations that graphs, kernels and checkpoints name, and the one formula of each:
//   relu max(x, 0), gelu x Phi(x) with the exact normal distribution, gelu_tanh its approximation
//   x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)), silu x sigmoid(x), tanh, sigmoid.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::kernels {

/// Written into graphs and hashes: the order never changes, a new one goes to the end.
enum class Activation : std::uint8_t { kNone, kRelu, kGelu, kGeluTanh, kSilu, kTanh, kSigmoid };

std::string_view to_text(Activation activation);  ///< "none", "relu", "gelu", "gelu_tanh", ...
std::optional<Activation> parse_activation(std::string_view text);
std::vector<std::string> activation_names();

/// The formula in double precision: what every other implementation is compared with.
double activate_exactly(Activation activation, double x);

}  // namespace assay::kernels
