// SPDX-License-Identifier: MIT
#include "oracle/machine/library_hints.h"

#include <algorithm>
#include <cstdlib>

#include "core/format.h"
#include "oracle/machine/environment.h"

namespace assay::machine {

std::map<std::string, std::string> library_hints(std::string_view vendor, std::string_view isa) {
  const std::string words = format(" {} ", isa);
  const auto has = [&](std::string_view name) {
    return words.find(format(" {} ", name)) != std::string::npos;
  };
  const bool has_avx512 = has("avx512f") && has("avx512dq") && has("avx512bw") && has("avx512vl");
  if (vendor != "GenuineIntel" || !has_avx512) return {};
  return {{"OPENBLAS_CORETYPE", "SkylakeX"}};
}

std::map<std::string, std::string> library_hints() {
  const CpuState cpu = capture_environment().cpu;
  if (!cpu.vendor.is_present() || !cpu.isa.is_present()) return {};
  std::map<std::string, std::string> hints = library_hints(cpu.vendor.value(), cpu.isa.value());
  std::erase_if(hints, [](const auto& hint) { return std::getenv(hint.first.c_str()) != nullptr; });
  return hints;
}

}  // namespace assay::machine
