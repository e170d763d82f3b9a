// SPDX-License-Identifier: MIT
// A prepared arm as the instrument sees it: the same work, but what it throws becomes an Error, and
// the arm that failed knows it, so that the others can be measured without it.
#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <string>

#include "core/format.h"
#include "core/result.h"
#include "lab/measure/system_under_test.h"
#include "lab/store/record.h"

namespace assay::worker {

/// Why an arm cannot go on.
struct Failure {
  store::Status status = store::Status::kFailed;
  std::string reason;
};

/// Workloads are other people's code: whatever `action` throws is a Failure. Empty: it did not.
template <class Action>
std::optional<Failure> attempt(const Action& action) {
  try {
    action();
    return {};
  } catch (const std::bad_alloc&) {
    return Failure{store::Status::kOutOfMemory, "memory ran out"};
  } catch (const std::exception& exception) {
    return Failure{store::Status::kFailed, format("threw: {}", exception.what())};
  } catch (...) {
    return Failure{store::Status::kFailed, "threw something that is no std::exception"};
  }
}

class GuardedArm final : public measure::SystemUnderTest {
 public:
  explicit GuardedArm(measure::SystemUnderTest& work) : work_(work) {}

  Result<void> run(std::int64_t times) override {
    return guard([&] { return work_.run(times); });
  }
  Result<void> before_sample() override {
    return guard([&] { return work_.before_sample(); });
  }

  const std::optional<Failure>& failure() const { return failure_; }

 private:
  template <class Call>
  Result<void> guard(const Call& call) {
    Result<void> result;
    failure_ = attempt([&] { result = call(); });
    if (!failure_ && !result) {
      failure_ = Failure{store::Status::kFailed, result.error().to_string()};
    }
    if (failure_) return Error::environment("{}", failure_->reason);
    return result;
  }

  measure::SystemUnderTest& work_;
  std::optional<Failure> failure_;
};

}  // namespace assay::worker
