// SPDX-License-Identifier: MIT
// Bytes of a frame: aligned so that tensors are used where they arrived, not zeroed at birth, moved
// and never copied by accident.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
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
      : size_(std::exchange(other.size_, 0)), memory_(std::move(other.memory_)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    size_ = std::exchange(other.size_, 0);
    memory_ = std::move(other.memory_);
    return *this;
  }
  ~Buffer() = default;
  static Buffer copy_of(std::span<const std::byte> bytes);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::span<std::byte> bytes() { return {memory_.get(), size_}; }
  std::span<const std::byte> bytes() const { return {memory_.get(), size_}; }
  /// Another size, at least the present one; the bytes there were stay.
  void grow_to(std::size_t size);

 private:
  struct Free {
    void operator()(std::byte* memory) const {
      ::operator delete[](memory, std::align_val_t{kPayloadAlignment});
    }
  };
  std::size_t size_ = 0;
  std::unique_ptr<std::byte[], Free> memory_;
};

}  // namespace assay::djinn
