// SPDX-License-Identifier: MIT
// Pages of their own on one NUMA node, bound before they are touched, and read back from the
// kernel: what is measured over them lies where it was asked to lie.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/result.h"
#include "core/units.h"

namespace assay::machine {

class NodeMemory {
 public:
  NodeMemory() = default;  ///< No memory.
  /// Whole pages, zero and touched. `node`: none leaves them to the system. An environment error
  /// where there is not so much memory or the system refuses to bind.
  static Result<NodeMemory> create(Bytes size, std::optional<int> node);

  NodeMemory(NodeMemory&& other) noexcept { swap(other); }
  NodeMemory& operator=(NodeMemory&& other) noexcept {
    swap(other);
    return *this;
  }
  ~NodeMemory();

  std::span<std::byte> bytes() { return {start_, size_}; }
  std::span<const std::byte> bytes() const { return {start_, size_}; }
  /// On which nodes the pages lie, asked of the kernel; rising, empty for no memory.
  Result<std::vector<int>> nodes() const;

 private:
  NodeMemory(std::byte* start, std::size_t size) : start_(start), size_(size) {}
  void swap(NodeMemory& other) noexcept {
    std::swap(start_, other.start_);
    std::swap(size_, other.size_);
  }

  std::byte* start_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace assay::machine
