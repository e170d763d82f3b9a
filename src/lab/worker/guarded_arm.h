// SPDX-License-Identifier: MIT
// A prepared arm as the instrument sees it: the same work, but what it throws becomes an Error, and
// the arm that failed knows it, so that the others can be measured without it. Where nothing fails
// it adds one virtual call to a sample.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/result.h"
#include "lab/measure/system_under_test.h"
#include "lab/store/record.h"

namespace assay::worker {

/// Why an arm cannot go on.
struct Failure {
  store::Status status = store::Status::kFailed;
  std::string reason;
};

/// Of the exception that is being handled: memory that ran out is told apart from the rest.
Failure describe_exception();

/// Workloads are other people's code: whatever `action` throws is a Failure. Empty: it did not.
template <class Action>
std::optional<Failure> attempt(const Action& action) {
  try {
    action();
    return {};
  } catch (...) {
    return describe_exception();
  }
}

class GuardedArm final : public measure::SystemUnderTest {
 public:
  explicit GuardedArm(measure::SystemUnderTest& work) : work_(work) {}

  Result<void> run(std::int64_t times) override;
  Result<void> before_sample() override;
  const VirtualClock* virtual_clock() const override { return work_.virtual_clock(); }

  const std::optional<Failure>& failure() const { return failure_; }

 private:
  Error fail(Failure failure);

  measure::SystemUnderTest& work_;
  std::optional<Failure> failure_;
};

}  // namespace assay::worker
