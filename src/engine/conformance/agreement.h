// SPDX-License-Identifier: MIT
// Whether two devices' tensors agree, at the tolerance of the type and of the longest sum.
#pragma once

#include <optional>

#include "engine/conformance/model_case.h"

namespace assay::conformance {

/// Nothing, or what is wrong, with the worst element. What is infinite or NaN has to be so in both.
std::optional<std::string> disagreement(const tensor::ConstAnyView& got,
                                        const tensor::ConstAnyView& want,
                                        const Agreement& agreement);

}  // namespace assay::conformance
