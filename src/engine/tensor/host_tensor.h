// SPDX-License-Identifier: MIT
// A tensor that owns its memory on the host: dense, row-major, 64-byte aligned, zero at birth.
// Moves, never copies by accident.
//
//   ASSAY_TRY(HostTensor weights, HostTensor::create({DType::kF32, {768, 3072}}));
//   weights.view().as<float>().at(0, 0) = 1;
#pragma once

#include <memory>
#include <span>

#include "core/result.h"
#include "core/units.h"
#include "engine/tensor/any_view.h"

namespace assay::tensor {

class HostTensor {
 public:
  static constexpr std::size_t kAlignment = 64;  ///< A cache line, and the widest vector.

  HostTensor() = default;  ///< Empty: f32 of rank 0 without memory.
  /// An environment error where the machine has not so much memory.
  static Result<HostTensor> create(const TensorType& type);
  /// The same elements in row-major order, out of any strides.
  static Result<HostTensor> copy_of(const ConstAnyView& view);

  const TensorType& type() const { return type_; }
  Bytes size() const { return Bytes(bytes_); }
  AnyView view() { return dense_view(memory_.get(), type_); }
  ConstAnyView view() const { return dense_view(std::as_const(memory_).get(), type_); }
  std::span<std::byte> bytes() { return {memory_.get(), static_cast<std::size_t>(bytes_)}; }
  std::span<const std::byte> bytes() const {
    return {memory_.get(), static_cast<std::size_t>(bytes_)};
  }

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  TensorType type_;
  std::int64_t bytes_ = 0;
  std::unique_ptr<std::byte[], Free> memory_;
};

}  // namespace assay::tensor
