// SPDX-License-Identifier: MIT
#include "djinn/server/drawn.h"

#include <sys/random.h>

#include <cerrno>
#include <cstring>

namespace assay::djinn {
namespace {

template <class Drawn>
Result<Drawn> draw() {
  Drawn drawn;
  while (drawn.is_zero()) {
    const ssize_t got = ::getrandom(drawn.bytes.data(), drawn.bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got != static_cast<ssize_t>(drawn.bytes.size())) {
      return Error::environment("the system gave no random bytes: {}", std::strerror(errno));
    }
  }
  return drawn;
}

}  // namespace

Result<Epoch> draw_epoch() {
  return draw<Epoch>();
}

Result<Capability> draw_capability() {
  return draw<Capability>();
}

}  // namespace assay::djinn
