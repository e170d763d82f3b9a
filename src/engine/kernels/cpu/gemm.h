// SPDX-License-Identifier: MIT
// Matrix products by the libraries, over row-major views with any leading dimension.
// Threads are those set with set_threads().
#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "engine/kernels/gemm_sizes.h"

namespace assay::kernels {

/// c = op(a) * op(b) by OpenBLAS. An error where a size exceeds the library's 32-bit integers.
Result<void> gemm_openblas(tensor::TensorView<const float> a, tensor::TensorView<const float> b,
                           Transposes transposes, tensor::TensorView<float> c);

/// What OpenBLAS says of itself: which of its kernels it chose for this CPU, and how it was built.
struct OpenblasBuild {
  std::string version;  ///< "0.3.21"
  std::string core;     ///< "Zen"
  std::string config;
};
OpenblasBuild openblas_build();

/// A product by oneDNN's matmul. The primitive is made once for shapes and strides, as the library
/// wants to be used; `run` may be given other memory of the same layout.
class OnednnGemm {
 public:
  static Result<OnednnGemm> create(tensor::TensorView<const float> a,
                                   tensor::TensorView<const float> b, Transposes transposes,
                                   tensor::TensorView<float> c);
  OnednnGemm(OnednnGemm&&) noexcept;
  OnednnGemm& operator=(OnednnGemm&&) noexcept;
  ~OnednnGemm();

  /// To completion.
  Result<void> run(const float* a, const float* b, float* c);
  /// oneDNN's own name of the implementation it chose: "gemm:jit".
  const std::string& implementation() const;

 private:
  struct State;
  explicit OnednnGemm(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};
std::string onednn_version();

}  // namespace assay::kernels
