// SPDX-License-Identifier: MIT
#include "djinn/wire/buffer.h"

#include <algorithm>

#include "core/check.h"

namespace assay::djinn {

Buffer::Buffer(std::size_t size) : size_(size) {
  if (size == 0) return;
  memory_.reset(
      static_cast<std::byte*>(::operator new[](size, std::align_val_t{kPayloadAlignment})));
}

Buffer Buffer::copy_of(std::span<const std::byte> bytes) {
  Buffer copy(bytes.size());
  std::ranges::copy(bytes, copy.bytes().begin());
  return copy;
}

void Buffer::grow_to(std::size_t size) {
  ASSAY_CHECK_GE(size, size_, "a buffer only grows");
  Buffer larger(size);
  std::ranges::copy(bytes(), larger.bytes().begin());
  *this = std::move(larger);
}

}  // namespace assay::djinn
