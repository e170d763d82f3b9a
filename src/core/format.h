// SPDX-License-Identifier: MIT
// Text from values. The only door to fmt: `format("{} of {}", done, total)`.
#pragma once

#include <fmt/core.h>

namespace assay {

using fmt::format;

}  // namespace assay
