// SPDX-License-Identifier: MIT
// Attention by an implementation chosen by name, with its scratch memory: what the workloads that
// attend have in common.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engine/kernels/cpu/sdpa.h"
#include "lab/workload/workload.h"

namespace assay::workload {

/// "auto", "flash", "math", "mem_efficient", "reference".
const std::vector<std::string>& sdpa_implementations();

class SdpaCall {
 public:
  /// Scratch comes from the shared role "sdpa_scratch"; math gets room for all heads at once, as an
  /// unfused framework does. Unsupported for what a CPU has not.
  static Result<std::variant<SdpaCall, Unsupported>> create(const std::string& implementation,
                                                            const kernels::SdpaSizes& sizes,
                                                            const kernels::SdpaOptions& options,
                                                            Bench& bench);

  Result<void> run(const kernels::SdpaInputs& inputs, tensor::TensorView<float> out);

  const std::string& implementation() const { return implementation_; }
  const kernels::SdpaOptions& options() const { return options_; }
  /// The kernel that did not make the answer: what it is compared with.
  kernels::SdpaKernel other() const;
  /// `kernel`, why the dispatcher chose it, `vector_target`, `scratch_bytes`.
  spec::Factors mechanism() const;

 private:
  enum class Kernel : std::uint8_t { kMath, kFlash, kReference };

  std::string implementation_;
  Kernel kernel_ = Kernel::kFlash;
  std::string reason_;
  kernels::SdpaOptions options_;
  std::span<float> scratch_;
};

}  // namespace assay::workload
