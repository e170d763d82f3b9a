// SPDX-License-Identifier: MIT
// A small vocabulary for tests: a matrix product with every type of parameter, and a null workload.
// Tests of spec/ and sweep/ share it, so that neither needs the real workloads.
#pragma once

#include "lab/spec/vocabulary.h"

namespace assay::spec {

inline Parameter size_parameter(std::string name, std::optional<Scalar> fallback) {
  return {.name = std::move(name),
          .type = ParameterType::kInteger,
          .fallback = std::move(fallback),
          .about = "Extent.",
          .choices = {},
          .minimum = 1,
          .maximum = 65'536};
}

inline Vocabulary test_vocabulary() {
  WorkloadEntry gemm{.name = "gemm", .about = "C = A B", .parameters = {}};
  gemm.parameters.push_back(size_parameter("m", std::nullopt));
  gemm.parameters.push_back(size_parameter("n", std::nullopt));
  gemm.parameters.push_back(size_parameter("k", std::nullopt));
  gemm.parameters.push_back({.name = "alpha",
                             .type = ParameterType::kNumber,
                             .fallback = Scalar(std::int64_t{1}),
                             .about = "Factor.",
                             .choices = {},
                             .minimum = -8,
                             .maximum = 8});
  gemm.parameters.push_back({.name = "transposed",
                             .type = ParameterType::kFlag,
                             .fallback = Scalar(false),
                             .about = "Whether B is.",
                             .choices = {}});
  gemm.parameters.push_back({.name = "dtype",
                             .type = ParameterType::kChoice,
                             .fallback = Scalar("f32"),
                             .about = "Of elements.",
                             .choices = {"f32", "bf16", "f64"}});
  gemm.parameters.push_back({.name = "library",
                             .type = ParameterType::kChoice,
                             .fallback = Scalar("openblas"),
                             .about = "Who computes.",
                             .choices = {"openblas", "onednn", "reference"}});
  gemm.parameters.push_back({.name = "note",
                             .type = ParameterType::kText,
                             .fallback = Scalar(""),
                             .about = "Anything.",
                             .choices = {}});
  gemm.metrics = {{"stalls", "calls that stalled", "fraction"}, {"wait", "time waited", "ns"}};
  const WorkloadEntry null_work{.name = "null",
                                .about = "Nothing.",
                                .parameters = {size_parameter("calls", Scalar(std::int64_t{1}))}};
  return {.workloads = {gemm, null_work},
          .figures = {"line", "bars"},
          .tables = {"cells", "ratios"},
          .metrics = {"time", "time_per_work", "flops_rate"}};
}

}  // namespace assay::spec
