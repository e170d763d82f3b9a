// SPDX-License-Identifier: MIT
// A tensor between two guard zones. Its memory is all ones before it is filled, NaN to every real
// type: what a kernel reads beyond an operand spoils its result, what it leaves unwritten shows,
// and what it writes beyond the tensor is found.
#pragma once

#include <optional>

#include "engine/tensor/host_tensor.h"

namespace assay::conformance {

/// Where the first element lies: as an allocator would give it, or only as the dtype demands.
enum class Alignment : std::uint8_t { kWide, kOdd };

class GuardedTensor {
 public:
  static Result<GuardedTensor> create(const tensor::TensorType& type, Alignment alignment);

  tensor::AnyView view();
  tensor::ConstAnyView view() const;
  /// "4 bytes behind it were written", or nothing.
  std::optional<std::string> damage() const;
  std::uint64_t hash() const;  ///< Of the elements.

 private:
  tensor::HostTensor memory_;
  tensor::TensorType type_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace assay::conformance
