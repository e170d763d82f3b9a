// SPDX-License-Identifier: MIT
// For the tests of the workloads: prepares arms as the runner would, with every parameter that a
// test does not care about at its default, on buffers of its own.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "lab/workload/workload.h"

namespace assay::workload {

class WorkloadUnderTest {
 public:
  explicit WorkloadUnderTest(WorkloadDefinition definition, int threads = 2,
                             measure::CacheState cache = measure::CacheState::kHot)
      : definition_(std::move(definition)), bench_{buffers_, 42, threads, cache} {}

  /// The workload's defaults with `settings` laid over them.
  spec::Factors asked(const spec::Factors& settings) const {
    spec::Factors defaults;
    for (const spec::Parameter& parameter : definition_.entry.parameters) {
      if (parameter.fallback) defaults.set(parameter.name, *parameter.fallback);
    }
    return overlay(defaults, settings);
  }
  Result<Preparation> prepare(const spec::Factors& settings) {
    return definition_.prepare(asked(settings), bench_);
  }
  /// Null where the arm was not prepared.
  std::unique_ptr<PreparedArm> arm(const spec::Factors& settings) {
    Result<Preparation> prepared = prepare(settings);
    if (!prepared || !std::holds_alternative<std::unique_ptr<PreparedArm>>(*prepared)) {
      return nullptr;
    }
    return std::get<std::unique_ptr<PreparedArm>>(std::move(*prepared));
  }
  /// Empty where the arm is not unsupported.
  std::string unsupported_reason(const spec::Factors& settings) {
    const Result<Preparation> prepared = prepare(settings);
    const auto* unsupported = prepared ? std::get_if<Unsupported>(&*prepared) : nullptr;
    return unsupported == nullptr ? "" : unsupported->reason;
  }
  /// Empty where the arm is not skipped.
  std::string skipped_reason(const spec::Factors& settings) {
    const Result<Preparation> prepared = prepare(settings);
    const auto* skipped = prepared ? std::get_if<Skipped>(&*prepared) : nullptr;
    return skipped == nullptr ? "" : skipped->reason;
  }
  /// Names of parameters that were asked for and not observed with the same value.
  std::vector<std::string> not_applied(const spec::Factors& settings) {
    const spec::Factors wanted = asked(settings);
    const std::unique_ptr<PreparedArm> prepared = arm(settings);
    if (prepared == nullptr) return {"(not prepared)"};
    const spec::Factors observed = prepared->observed();
    std::vector<std::string> names;
    for (const auto& [name, value] : wanted.entries()) {
      const spec::Scalar* seen = observed.find(name);
      if (seen == nullptr || *seen != value) names.push_back(name);
    }
    return names;
  }
  SharedBuffers& buffers() { return buffers_; }
  const spec::WorkloadEntry& entry() const { return definition_.entry; }

 private:
  SharedBuffers buffers_{7};
  WorkloadDefinition definition_;
  Bench bench_;
};

}  // namespace assay::workload
