// SPDX-License-Identifier: MIT
// Bytes of a frame: aligned so that tensors are used where they arrived, not zeroed at birth, moved
// and never copied by accident.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "djinn/wire/limits.h"

namespace assay::djinn {

class Buffer {
 public:
  Buffer() = default;
  /// What its bytes are is not said.
  explicit Buffer(std::size_t size);
  Buffer(Buffer&& other) noexcept
      : size_(std::exchange(other.size_, 0)),
        first_(std::exchange(other.first_, nullptr)),
        memory_(std::move(other.memory_)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    size_ = std::exchange(other.size_, 0);
    first_ = std::exchange(other.first_, nullptr);
    memory_ = std::move(other.memory_);
    return *this;
  }
  ~Buffer() = default;
  static Buffer copy_of(std::span<const std::byte> bytes);
  /// One behind the other.
  static Buffer copy_of(std::span<const std::span<const std::byte>> parts);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::span<std::byte> bytes() { return {first_, size_}; }
  std::span<const std::byte> bytes() const { return {first_, size_}; }
  /// Another size, at least the present one; the bytes there were stay.
  void grow_to(std::size_t size);

 private:
  std::size_t size_ = 0;
  std::byte* first_ = nullptr;  ///< The first aligned byte of the memory.
  /// A little larger: aligned allocation is several times slower for the small bodies of calls.
  std::unique_ptr<std::byte[]> memory_;
};

}  // namespace assay::djinn
