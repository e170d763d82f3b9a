// SPDX-License-Identifier: MIT
#include "lab/measure/cache_flusher.h"

#include <unistd.h>

namespace assay::measure {
namespace {

constexpr std::size_t kCacheLine = 64;
// Where the system does not say: above the last level of all but the largest servers.
constexpr Bytes kUnknownSize{std::int64_t{128} << 20};

}  // namespace

CacheFlusher CacheFlusher::for_this_machine() {
  const long last_level = sysconf(_SC_LEVEL3_CACHE_SIZE);
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
