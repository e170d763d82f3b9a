// SPDX-License-Identifier: MIT
#include "engine/kernels/arithmetic.h"

#include "core/format.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace assay::kernels {
namespace {

#if defined(__x86_64__)
struct CpuidAnswer {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

CpuidAnswer ask_cpuid(unsigned leaf, unsigned subleaf) {
  CpuidAnswer answer;
  // Zeros where the CPU does not know the leaf: every feature of it is then absent.
  __get_cpuid_count(leaf, subleaf, &answer.eax, &answer.ebx, &answer.ecx, &answer.edx);
  return answer;
}

bool has_bit(unsigned word, int bit) {
  return ((word >> static_cast<unsigned>(bit)) & 1U) != 0;
}
#endif

std::string lacking(const CpuFeatures& features, std::string_view what) {
  if (!features.is_known) return "not known on this architecture: Assay asks x86-64 CPUs only";
  return format("this CPU lacks {}", what);
}

}  // namespace

CpuFeatures cpu_features() {
  CpuFeatures features;
#if defined(__x86_64__)
  const CpuidAnswer basic = ask_cpuid(1, 0);
  const CpuidAnswer extended = ask_cpuid(7, 0);
  const CpuidAnswer more = ask_cpuid(7, 1);
  features.is_known = true;
  features.avx2_fma = has_bit(extended.ebx, 5) && has_bit(basic.ecx, 12);
  features.avx512 = has_bit(extended.ebx, 16);
  features.f16_conversion = has_bit(basic.ecx, 29);
  features.f16_arithmetic = has_bit(extended.edx, 23);
  features.bf16_dot = has_bit(more.eax, 5);
  features.amx_bf16 = has_bit(extended.edx, 22);
#endif
  return features;
}

std::optional<std::string> missing_arithmetic(tensor::DType dtype, const CpuFeatures& features) {
  using tensor::DType;
  switch (dtype) {
    case DType::kF32:
      return std::nullopt;
    case DType::kF16:
      if (features.f16_arithmetic) return "f16: this build has no half-precision kernels";
      return format("f16: {}{}", lacking(features, "AVX512-FP16"),
                    features.f16_conversion ? "; F16C is there, which converts but does not "
                                              "calculate"
                                            : "");
    case DType::kBf16:
      if (features.bf16_dot || features.amx_bf16) return "bf16: this build has no bf16 kernels";
      return format("bf16: {}", lacking(features, "AVX512-BF16 and AMX-BF16"));
    case DType::kF64:
    case DType::kI8:
    case DType::kI32:
    case DType::kU8:
      return format("{}: this build has no kernels for it", tensor::to_text(dtype));
  }
  return "not a dtype";
}

}  // namespace assay::kernels
