// SPDX-License-Identifier: MIT
#include "djinn/server/failure.h"

namespace assay::djinn {
namespace {

ErrorCode code_of(Blame blame) {
  switch (blame) {
    case Blame::kUser:
      return ErrorCode::kInvalid;
    case Blame::kEnvironment:
      return ErrorCode::kOverloaded;
    case Blame::kBug:
      return ErrorCode::kInternal;
  }
  ASSAY_CHECK(false, "the switch above is complete");
  return ErrorCode::kInternal;
}

ErrorCode code_of(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::kTooLarge:
    case RefusalReason::kOutOfCapacity:
      return ErrorCode::kTooLarge;
    case RefusalReason::kDeviceFull:
    case RefusalReason::kHostFull:
    case RefusalReason::kMappingsFull:
      return ErrorCode::kOverloaded;
    case RefusalReason::kUnknownSession:
    case RefusalReason::kUnknownWeight:
      return ErrorCode::kNotFound;
    case RefusalReason::kStaleSession:
    case RefusalReason::kCorrupt:
      return ErrorCode::kStateLost;
    case RefusalReason::kNotSealed:
    case RefusalReason::kAlreadySealed:
      return ErrorCode::kInvalid;
    case RefusalReason::kNotResident:
    case RefusalReason::kNotHostOnly:
    case RefusalReason::kNotClean:
    case RefusalReason::kBusy:
    case RefusalReason::kPinned:
      return ErrorCode::kInternal;  // The server's own order of doing things was wrong.
  }
  ASSAY_CHECK(false, "the switch above is complete");
  return ErrorCode::kInternal;
}

}  // namespace

Failure::Failure(const Error& error) : code(code_of(error.blame())), message(error.to_string()) {}

Failure::Failure(const Refusal& refusal)
    : code(code_of(refusal.reason)), message(refusal.message) {}

ErrorMessage Failure::to_message() const {
  return {.code = code, .message = travelling_text(message), .retry_after = retry_after};
}

}  // namespace assay::djinn
