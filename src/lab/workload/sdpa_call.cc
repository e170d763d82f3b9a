// SPDX-License-Identifier: MIT
#include "lab/workload/sdpa_call.h"

#include "core/nearest.h"
#include "engine/kernels/cpu/gemm.h"
#include "engine/kernels/cpu/sdpa_vector.h"
#include "engine/kernels/reference/sdpa.h"

namespace assay::workload {

const std::vector<std::string>& sdpa_implementations() {
  static const std::vector<std::string> implementations{"auto", "flash", "math", "mem_efficient",
                                                        "reference"};
  return implementations;
}

Result<std::variant<SdpaCall, Unsupported>> SdpaCall::create(const std::string& implementation,
                                                             const kernels::SdpaSizes& sizes,
                                                             const kernels::SdpaOptions& options,
                                                             Bench& bench) {
  SdpaCall call;
  call.implementation_ = implementation;
  call.options_ = options;
  if (implementation == "auto") {
    const kernels::SdpaChoice choice = kernels::choose_sdpa(sizes);
    call.kernel_ = choice.kernel == kernels::SdpaKernel::kMath ? Kernel::kMath : Kernel::kFlash;
    call.reason_ = choice.reason;
  } else if (implementation == "flash") {
    call.kernel_ = Kernel::kFlash;
  } else if (implementation == "math") {
    call.kernel_ = Kernel::kMath;
  } else if (implementation == "reference") {
    call.kernel_ = Kernel::kReference;
  } else if (implementation == "mem_efficient") {
    return std::variant<SdpaCall, Unsupported>(
        Unsupported{"mem_efficient is a kernel for NVIDIA GPUs (xFormers' CUTLASS attention); "
                    "there is none for CPUs, whose memory-saving attention is flash"});
  } else {
    return Error::user("{}",
                       unknown_name("implementation", implementation, sdpa_implementations()));
  }
  std::int64_t floats = 0;
  if (call.kernel_ == Kernel::kMath) floats = sdpa_math_scratch(sizes, sizes.batch * sizes.heads);
  if (call.kernel_ == Kernel::kFlash) floats = sdpa_flash_scratch(sizes, options.threads);
  std::byte* memory =
      bench.buffers.get("sdpa_scratch", Bytes(floats * static_cast<std::int64_t>(sizeof(float))));
  call.scratch_ = {reinterpret_cast<float*>(memory), static_cast<std::size_t>(floats)};
  return std::variant<SdpaCall, Unsupported>(std::move(call));
}

Result<void> SdpaCall::run(const kernels::SdpaInputs& inputs, tensor::TensorView<float> out) {
  switch (kernel_) {
    case Kernel::kMath:
      return sdpa_math(inputs, options_, out, scratch_);
    case Kernel::kFlash:
      sdpa_flash(inputs, options_, out, scratch_);
      return {};
    case Kernel::kReference:
      sdpa_reference(inputs, options_, out);
      return {};
  }
  return Error::bug("an sdpa kernel without a call");
}

kernels::SdpaKernel SdpaCall::other() const {
  return kernel_ == Kernel::kMath ? kernels::SdpaKernel::kFlash : kernels::SdpaKernel::kMath;
}

spec::Factors SdpaCall::mechanism() const {
  spec::Factors factors;
  switch (kernel_) {
    case Kernel::kMath: {
      const kernels::OpenblasBuild build = kernels::openblas_build();
      factors.set("kernel", std::string("math"));
      factors.set("library", "OpenBLAS " + build.version + ", " + build.core);
      break;
    }
    case Kernel::kFlash:
      factors.set("kernel", std::string("flash"));
      factors.set("tile", format("{} queries x {} keys", kernels::kBlockRows, kernels::kTileKeys));
      break;
    case Kernel::kReference:
      factors.set("kernel", std::string("reference"));
      break;
  }
  if (!reason_.empty()) factors.set("chosen_because", reason_);
  factors.set("vector_target", std::string(kernels::vector_target()));
  factors.set("scratch_bytes", static_cast<std::int64_t>(scratch_.size_bytes()));
  return factors;
}

}  // namespace assay::workload
