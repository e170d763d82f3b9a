// SPDX-License-Identifier: MIT
// Where on the device the states of sessions lie: the one seam behind which arenas of a fixed size
// (contiguous_memory.h) and pages mapped as tokens come (paged_memory.h) are alike. It holds bytes
// and knows nothing of what is in them; what was copied where, and when a session may lose its
// memory, SessionStore decides.
#pragma once

#include <memory>
#include <string>

#include "djinn/memory/refusal.h"
#include "djinn/memory/region.h"
#include "djinn/memory/session_id.h"
#include "djinn/memory/state_layout.h"

namespace assay::djinn {

/// Bytes of the data segment: held by sessions, free, and what no session can ever get.
struct DataUse {
  Bytes reserved;
  Bytes held;
  Bytes free;
  Bytes unusable;
};

class SessionMemory {
 public:
  virtual ~SessionMemory() = default;
  virtual std::string describe() const = 0;  ///< "paged, 512 blocks of 64.0 KiB, ..."

  /// Addresses for a session. kTooLarge where its states would not fit an empty device.
  virtual Outcome<Done> open(SessionId session, const StateLayout& layout) = 0;
  /// All it had goes back.
  virtual void close(SessionId session) = 0;

  /// Memory for rows of these lengths; what is there already stays. All or nothing.
  virtual Outcome<Done> cover(SessionId session, const Lengths& lengths) = 0;
  /// What lies wholly behind rows of these lengths goes back, as far as that is possible.
  virtual void uncover_behind(SessionId session, const Lengths& lengths) = 0;
  /// All memory goes back; the session stays open.
  virtual void vacate(SessionId session) = 0;

  /// The first byte of the states; null where the session has no memory. May change when it is
  /// covered again after it was vacated.
  virtual std::byte* base(SessionId session) const = 0;
  virtual Bytes held(SessionId session) const = 0;
  /// What cover() would have to find for rows of these lengths.
  virtual Bytes wanted(SessionId session, const Lengths& lengths) const = 0;
  virtual DataUse use() const = 0;
  /// A bug where the books do not agree with one another.
  virtual Result<void> check() const = 0;
};

}  // namespace assay::djinn
