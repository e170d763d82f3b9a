// SPDX-License-Identifier: MIT
// Memory that two processes map. The server makes it and seals its size, because whoever can cut a
// file under another's mapping can kill the other.
#pragma once

#include <cstddef>
#include <span>

#include "djinn/transport/descriptor.h"

namespace assay::djinn {

class SharedMemory {
 public:
  /// Zeroed and sealed.
  static Result<SharedMemory> create(std::size_t size);
  /// From a peer: an error where it is not sealed or not of this size.
  static Result<SharedMemory> map(Descriptor descriptor, std::size_t size);
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) = delete;
  ~SharedMemory();

  std::span<std::byte> bytes() const { return bytes_; }
  int descriptor() const { return descriptor_.number(); }

 private:
  SharedMemory(Descriptor descriptor, std::span<std::byte> bytes)
      : descriptor_(std::move(descriptor)), bytes_(bytes) {}

  Descriptor descriptor_;
  std::span<std::byte> bytes_;
};

}  // namespace assay::djinn
