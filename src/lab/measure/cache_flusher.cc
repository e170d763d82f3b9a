// SPDX-License-Identifier: MIT
#include "lab/measure/cache_flusher.h"

#include <unistd.h>

#include <algorithm>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace assay::measure {
namespace {

#if defined(__x86_64__)
/// The largest cache that the processor lists under this leaf of CPUID; 0: it lists none.
std::int64_t largest_cache_of_leaf(unsigned leaf) {
  std::int64_t largest = 0;
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  for (unsigned index = 0; index < 8 && __get_cpuid_count(leaf, index, &eax, &ebx, &ecx, &edx) != 0;
       ++index) {
    if ((eax & 0x1FU) == 0) break;  // No more caches.
    const std::int64_t line = (ebx & 0xFFFU) + 1;
    const std::int64_t partitions = ((ebx >> 12U) & 0x3FFU) + 1;
    const std::int64_t ways = (ebx >> 22U) + 1;
    largest = std::max(largest, line * partitions * ways * (std::int64_t{ecx} + 1));
  }
  return largest;
}
#endif

/// What one core can reach. The C library adds up all last-level caches of an AMD socket, so it is
/// asked only where the processor itself does not say.
std::int64_t last_level_size() {
#if defined(__x86_64__)
  constexpr unsigned kIntelCaches = 4;
  constexpr unsigned kAmdCaches = 0x8000'001D;
  const std::int64_t size =
      std::max(largest_cache_of_leaf(kIntelCaches), largest_cache_of_leaf(kAmdCaches));
  if (size > 0) return size;
#endif
  return sysconf(_SC_LEVEL3_CACHE_SIZE);
}

constexpr std::size_t kCacheLine = 64;
// Where nobody says: above the last level of all but the largest servers.
constexpr Bytes kUnknownSize{std::int64_t{128} << 20};

}  // namespace

CacheFlusher CacheFlusher::for_this_machine() {
  const std::int64_t last_level = last_level_size();
  return CacheFlusher(last_level > 0 ? Bytes(2 * last_level) : kUnknownSize);
}

void CacheFlusher::flush() {
  buffer_.resize(static_cast<std::size_t>(size_.count()));
  ++flushes_;
  // Through volatile: the compiler cannot see that the writes have a purpose.
  volatile std::byte* const bytes = buffer_.data();
  for (std::size_t i = 0; i < buffer_.size(); i += kCacheLine) {
    bytes[i] = static_cast<std::byte>(flushes_);
  }
}

}  // namespace assay::measure
