// SPDX-License-Identifier: MIT
// How a thread waits for a stream: it asks again and again for a while, because being woken costs
// ten times what an answer takes, and then sleeps. It does not spin at all where the threads that
// calculate fill the cores: a spinner would take a core from the very work it waits for.
#pragma once

#include "core/clock.h"
#include "djinn/transport/stream.h"

namespace assay::djinn {

struct SpinPolicy {
  Nanoseconds budget{0};  ///< Asked again for so long before it sleeps.
};
/// 20 us where a core is left for the one who waits.
SpinPolicy spin_policy(int runnable_compute_threads, int cores);

/// Whether the descriptor became ready, or ended, within `wait`.
Result<bool> wait_for_descriptor(int descriptor, Direction direction, Nanoseconds wait);

/// What a thread waits for, and how it sleeps meanwhile.
class Awaited {
 public:
  virtual ~Awaited() = default;
  /// Whether it is done.
  virtual Result<bool> attempt() = 0;
  /// False where there is something to do after all.
  virtual bool may_sleep() = 0;
  /// Until something happens, or for so long.
  virtual Result<void> sleep(Nanoseconds most) = 0;
};
/// False where `wait` was over first. Whatever `wait` is, one attempt is made.
Result<bool> spin_then_sleep(Awaited& work, const SpinPolicy& policy, const Clock& clock,
                             Nanoseconds wait);

/// receive() until it moved something or ended; an environment error where `wait` is over first.
Result<Moved> receive_waiting(Stream& stream, std::span<std::byte> into, const SpinPolicy& policy,
                              Nanoseconds wait);
/// send() until all of the parts are gone.
Result<void> send_waiting(Stream& stream, std::span<const Part> parts, const SpinPolicy& policy,
                          Nanoseconds wait);

}  // namespace assay::djinn
