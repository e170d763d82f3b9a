// SPDX-License-Identifier: MIT
#include "engine/models/builders/sizes.h"

namespace assay::models {

Result<void> check_sizes(std::string_view model, std::initializer_list<NamedSize> sizes) {
  for (const NamedSize& size : sizes) {
    if (size.low <= size.value && size.value <= size.high) continue;
    return Error::user("{}: {} is {}; expected {} to {}", model, size.name, size.value, size.low,
                       size.high);
  }
  return {};
}

Result<void> check_divides(std::string_view model, const NamedSize& part, const NamedSize& whole) {
  ASSAY_CHECK_GT(part.value, 0, "sizes are checked first");
  if (whole.value % part.value == 0) return {};
  return Error::user("{}: {} is {}; expected a multiple of {}, which is {}", model, whole.name,
                     whole.value, part.name, part.value);
}

}  // namespace assay::models
