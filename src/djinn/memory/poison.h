// SPDX-License-Identifier: MIT
// Memory of ours that nobody may touch just now, said to AddressSanitizer where it watches. Without
// it these calls are nothing.
#pragma once

#include <cstddef>
#include <span>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif

namespace assay::djinn {

inline void poison([[maybe_unused]] std::span<std::byte> bytes) {
#ifdef ASAN_POISON_MEMORY_REGION
  ASAN_POISON_MEMORY_REGION(bytes.data(), bytes.size());
#endif
}

inline void unpoison([[maybe_unused]] std::span<std::byte> bytes) {
#ifdef ASAN_POISON_MEMORY_REGION
  ASAN_UNPOISON_MEMORY_REGION(bytes.data(), bytes.size());
#endif
}

}  // namespace assay::djinn
