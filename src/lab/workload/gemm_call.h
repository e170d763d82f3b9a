// SPDX-License-Identifier: MIT
// A matrix product by a library chosen by name: what the workloads that multiply have in common.
#pragma once

#include <optional>
#include <string>

#include "engine/kernels/cpu/gemm.h"
#include "lab/workload/workload.h"

namespace assay::workload {

/// "openblas", "onednn", "reference".
const std::vector<std::string>& gemm_libraries();

/// Made once for shapes and strides; may then be given other memory of the same layout.
class GemmCall {
 public:
  struct Operands {
    tensor::TensorView<const float> a;
    tensor::TensorView<const float> b;
    tensor::TensorView<float> c;
  };

  static Result<GemmCall> create(const std::string& library, kernels::Transposes transposes,
                                 const Operands& operands);
  Result<void> run(const Operands& operands);

  const std::string& library() const { return library_; }
  kernels::Transposes transposes() const { return transposes_; }
  /// `library`, `version`, `kernel` and what else the library lets us know.
  spec::Factors mechanism() const;

 private:
  std::string library_;
  kernels::Transposes transposes_;
  std::optional<kernels::OnednnGemm> onednn_;
};

/// Why arms in this dtype cannot be had here; an unknown name is an error.
Result<std::optional<std::string>> missing_dtype(const std::string& name);

}  // namespace assay::workload
