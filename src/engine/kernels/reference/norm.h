// SPDX-License-Identifier: MIT
// The reference norms. Optional operands that were left out have no data.
#pragma once

#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

/// (x - mean) / sqrt(variance + epsilon) * weight + bias over the last axis.
void layer_norm_reference(const ConstAnyView& x, const ConstAnyView& weight,
                          const ConstAnyView& bias, double epsilon, const AnyView& y);
/// x / sqrt(mean of squares + epsilon) * weight over the last axis.
void rms_norm_reference(const ConstAnyView& x, const ConstAnyView& weight, double epsilon,
                        const AnyView& y);

/// What training found of each channel, axis 1 of x.
struct ChannelStatistics {
  ConstAnyView mean;
  ConstAnyView variance;
  ConstAnyView weight;
  ConstAnyView bias;
};
void batch_norm_reference(const ConstAnyView& x, const ChannelStatistics& channels, double epsilon,
                          const AnyView& y);

}  // namespace assay::kernels
