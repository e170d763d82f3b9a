// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/rotary.h"

#include <cmath>

namespace assay::kernels {

void rotary_reference(const ConstAnyView& x, const ConstAnyView& positions,
                      const ConstAnyView& frequencies, RotaryPairing pairing, const AnyView& y) {
  const tensor::Dims& shape = x.type.shape;
  const std::int64_t half = shape[3] / 2;
  const bool are_halves = pairing == RotaryPairing::kHalves;
  const std::vector<double> turns = load_elements(frequencies);
  std::vector<double> elements = load_elements(x);
  for (std::int64_t row = 0; row < shape[0] * shape[1] * shape[2]; ++row) {
    const double position = load_element(positions, row / shape[2]);
    double* head = elements.data() + row * shape[3];
    for (std::int64_t i = 0; i < half; ++i) {
      const double angle = position * turns[static_cast<std::size_t>(i)];
      double& first = head[are_halves ? i : 2 * i];
      double& second = head[are_halves ? i + half : 2 * i + 1];
      const double u = first;
      const double w = second;
      first = u * std::cos(angle) - w * std::sin(angle);
      second = u * std::sin(angle) + w * std::cos(angle);
    }
  }
  store_elements(y, elements);
}

}  // namespace assay::kernels
