// SPDX-License-Identifier: MIT
#include "lab/worker/guarded_arm.h"

#include <exception>
#include <new>
#include <utility>

#include "core/format.h"

namespace assay::worker {

Failure describe_exception() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return {store::Status::kOutOfMemory, "memory ran out"};
  } catch (const std::exception& exception) {
    return {store::Status::kFailed, format("threw: {}", exception.what())};
  } catch (...) {
    return {store::Status::kFailed, "threw something that is no std::exception"};
  }
}

Error GuardedArm::fail(Failure failure) {
  failure_ = std::move(failure);
  return Error::environment("{}", failure_->reason);
}

Result<void> GuardedArm::run(std::int64_t times) {
  try {
    Result<void> result = work_.run(times);
    if (!result) [[unlikely]]
      return fail({store::Status::kFailed, result.error().to_string()});
    return result;
  } catch (...) {
    return fail(describe_exception());
  }
}

Result<void> GuardedArm::before_sample() {
  try {
    Result<void> result = work_.before_sample();
    if (!result) [[unlikely]]
      return fail({store::Status::kFailed, result.error().to_string()});
    return result;
  } catch (...) {
    return fail(describe_exception());
  }
}

}  // namespace assay::worker
