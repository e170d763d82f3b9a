// SPDX-License-Identifier: MIT
#include "lab/measure/series.h"

namespace assay::measure {

std::string_view to_text(StopReason reason) {
  switch (reason) {
    case StopReason::kWidth:
      return "width";
    case StopReason::kBudget:
      return "budget";
    case StopReason::kSamplesMax:
      return "samples_max";
  }
  return "unknown";
}

}  // namespace assay::measure
