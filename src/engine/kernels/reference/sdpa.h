// SPDX-License-Identifier: MIT
// The reference attention: obvious loops in double precision, one query row at a time.
#pragma once

#include <vector>

#include "engine/kernels/sdpa_sizes.h"

namespace assay::kernels {

void sdpa_reference(const SdpaInputs& inputs, const SdpaOptions& options,
                    tensor::TensorView<double> out);
/// The same, rounded once to single precision.
void sdpa_reference(const SdpaInputs& inputs, const SdpaOptions& options,
                    tensor::TensorView<float> out);

/// One query row of one head: for checking a sample of a large output.
struct SdpaRow {
  std::int64_t batch = 0;
  std::int64_t head = 0;
  std::int64_t query = 0;
};
/// The head_dim elements of that row.
std::vector<double> sdpa_reference_row(const SdpaInputs& inputs, const SdpaOptions& options,
                                       const SdpaRow& row);

}  // namespace assay::kernels
