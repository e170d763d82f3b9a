// SPDX-License-Identifier: MIT
// y = x W^T by oneDNN, used as the library wants it: the primitive is made once for its sizes, and
// chooses the layout of the weights, into which they are moved once. A peer of packed_linear.
#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "engine/tensor/tensor_view.h"

namespace assay::kernels {

enum class OnednnProduct : std::uint8_t { kMatmul, kInnerProduct };

/// For dense x [m, k] and y [m, n]; none of the sizes is 0.
class OnednnLinear {
 public:
  static Result<OnednnLinear> create(OnednnProduct product, std::int64_t m,
                                     tensor::TensorView<const float> weight);
  OnednnLinear(OnednnLinear&&) noexcept;
  OnednnLinear& operator=(OnednnLinear&&) noexcept;
  ~OnednnLinear();

  /// To completion.
  Result<void> run(const float* x, float* y);
  /// oneDNN's own name of the implementation it chose: "gemm:jit".
  const std::string& implementation() const;

 private:
  struct State;
  explicit OnednnLinear(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace assay::kernels
