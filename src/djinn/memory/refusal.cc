// SPDX-License-Identifier: MIT
#include "djinn/memory/refusal.h"

namespace assay::djinn {

std::string_view to_text(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::kTooLarge:
      return "too large";
    case RefusalReason::kDeviceFull:
      return "device full";
    case RefusalReason::kHostFull:
      return "host full";
    case RefusalReason::kMappingsFull:
      return "mappings full";
    case RefusalReason::kUnknownSession:
      return "unknown session";
    case RefusalReason::kStaleSession:
      return "stale session";
    case RefusalReason::kUnknownWeight:
      return "unknown weight";
    case RefusalReason::kOutOfCapacity:
      return "out of capacity";
    case RefusalReason::kNotResident:
      return "not resident";
    case RefusalReason::kNotHostOnly:
      return "not host only";
    case RefusalReason::kNotClean:
      return "not clean";
    case RefusalReason::kBusy:
      return "busy";
    case RefusalReason::kPinned:
      return "pinned";
    case RefusalReason::kNotSealed:
      return "not sealed";
    case RefusalReason::kAlreadySealed:
      return "already sealed";
    case RefusalReason::kCorrupt:
      return "corrupt";
  }
  return "?";  // Not reached: -Wswitch keeps the list complete.
}

Error Refusal::to_error() const {
  switch (reason) {
    case RefusalReason::kCorrupt:
      return Error::bug("{}", message);
    case RefusalReason::kDeviceFull:
    case RefusalReason::kHostFull:
    case RefusalReason::kMappingsFull:
      return Error::environment("{}", message);
    default:
      return Error::user("{}", message);
  }
}

}  // namespace assay::djinn
