// SPDX-License-Identifier: MIT
#include "lab/workload/gemm_call.h"

#include "core/nearest.h"
#include "engine/kernels/arithmetic.h"
#include "engine/kernels/reference/gemm.h"

namespace assay::workload {

const std::vector<std::string>& gemm_libraries() {
  static const std::vector<std::string> libraries{"openblas", "onednn", "reference"};
  return libraries;
}

Result<GemmCall> GemmCall::create(const std::string& library, kernels::Transposes transposes,
                                  const Operands& operands) {
  GemmCall call;
  call.library_ = library;
  call.transposes_ = transposes;
  if (library == "onednn") {
    ASSAY_TRY(call.onednn_,
              kernels::OnednnGemm::create(operands.a, operands.b, transposes, operands.c));
  } else if (library != "openblas" && library != "reference") {
    return Error::user("{}", unknown_name("library", library, gemm_libraries()));
  }
  return call;
}

Result<void> GemmCall::run(const Operands& operands) {
  if (onednn_) {
    return onednn_->run(operands.a.data(), operands.b.data(), operands.c.data());
  }
  if (library_ == "reference") {
    gemm_reference(operands.a, operands.b, transposes_, operands.c);
    return {};
  }
  return gemm_openblas(operands.a, operands.b, transposes_, operands.c);
}

spec::Factors GemmCall::mechanism() const {
  if (onednn_) {
    return {{"library", std::string("oneDNN")},
            {"version", kernels::onednn_version()},
            {"kernel", onednn_->implementation()}};
  }
  if (library_ == "reference") {
    return {{"library", std::string("assay")},
            {"version", std::string("of this build")},
            {"kernel", std::string("obvious loops, fp64 sums")}};
  }
  const kernels::OpenblasBuild build = kernels::openblas_build();
  return {{"library", std::string("OpenBLAS")},
          {"version", build.version},
          {"kernel", "sgemm for " + build.core},
          {"config", build.config}};
}

Result<std::optional<std::string>> missing_dtype(const std::string& name) {
  const std::optional<tensor::DType> dtype = tensor::parse_dtype(name);
  if (!dtype) return Error::user("{}", unknown_name("dtype", name, tensor::dtype_names()));
  return missing_arithmetic(*dtype, kernels::cpu_features());
}

}  // namespace assay::workload
