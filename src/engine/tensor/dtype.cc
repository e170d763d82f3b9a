// SPDX-License-Identifier: MIT
#include "engine/tensor/dtype.h"

#include <array>
#include <cmath>

#include "core/check.h"

namespace assay::tensor {
namespace {

struct Description {
  DType dtype;
  std::string_view name;
  std::int64_t size;
  int significand_bits;  ///< With the implicit one; 0 for integers.
};

constexpr std::array<Description, 7> kDescriptions{{{DType::kF64, "f64", 8, 53},
                                                    {DType::kF32, "f32", 4, 24},
                                                    {DType::kF16, "f16", 2, 11},
                                                    {DType::kBf16, "bf16", 2, 8},
                                                    {DType::kI8, "i8", 1, 0},
                                                    {DType::kI32, "i32", 4, 0},
                                                    {DType::kU8, "u8", 1, 0}}};

const Description& describe(DType dtype) {
  const auto index = static_cast<std::size_t>(dtype);
  ASSAY_CHECK_LT(index, kDescriptions.size(), "a dtype is one of the enumerators");
  return kDescriptions[index];
}

}  // namespace

std::string_view to_text(DType dtype) {
  return describe(dtype).name;
}

std::optional<DType> parse_dtype(std::string_view text) {
  for (const Description& description : kDescriptions) {
    if (description.name == text) return description.dtype;
  }
  return std::nullopt;
}

std::vector<std::string> dtype_names() {
  std::vector<std::string> names;
  for (const Description& description : kDescriptions)
    names.emplace_back(description.name);
  return names;
}

std::int64_t size_of(DType dtype) {
  return describe(dtype).size;
}

double unit_roundoff(DType dtype) {
  const int bits = describe(dtype).significand_bits;
  return bits == 0 ? 0 : std::ldexp(1.0, -bits);
}

}  // namespace assay::tensor
