// SPDX-License-Identifier: MIT
#include "djinn/server/request.h"

namespace assay::djinn {

std::optional<Failure> unwanted(const Request& request, Nanoseconds now) {
  if (request.is_cancelled != nullptr && request.is_cancelled->load()) {
    return Failure(ErrorCode::kCancelled, "cancelled, as was asked; nothing has changed");
  }
  if (request.deadline && *request.deadline <= now) {
    return Failure(ErrorCode::kDeadline, "the time that was given is over; nothing has changed");
  }
  return std::nullopt;
}

}  // namespace assay::djinn
