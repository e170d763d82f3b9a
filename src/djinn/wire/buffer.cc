// SPDX-License-Identifier: MIT
#include "djinn/wire/buffer.h"

#include <algorithm>
#include <cstdint>

#include "core/check.h"

namespace assay::djinn {

Buffer::Buffer(std::size_t size) : size_(size) {
  if (size == 0) return;
  memory_ = std::make_unique_for_overwrite<std::byte[]>(size + kPayloadAlignment - 1);
  const auto beyond = reinterpret_cast<std::uintptr_t>(memory_.get()) % kPayloadAlignment;
  first_ = memory_.get() + (beyond == 0 ? 0 : kPayloadAlignment - beyond);
}

Buffer Buffer::copy_of(std::span<const std::byte> bytes) {
  Buffer copy(bytes.size());
  std::ranges::copy(bytes, copy.bytes().begin());
  return copy;
}

Buffer Buffer::copy_of(std::span<const std::span<const std::byte>> parts) {
  std::size_t size = 0;
  for (const auto& part : parts)
    size += part.size();
  Buffer copy(size);
  auto end = copy.bytes().begin();
  for (const auto& part : parts)
    end = std::ranges::copy(part, end).out;
  return copy;
}

void Buffer::grow_to(std::size_t size) {
  ASSAY_CHECK_GE(size, size_, "a buffer only grows");
  Buffer larger(size);
  std::ranges::copy(bytes(), larger.bytes().begin());
  *this = std::move(larger);
}

}  // namespace assay::djinn
