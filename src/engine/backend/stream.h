// SPDX-License-Identifier: MIT
// Memory of a device, and the queues on which copies and runs reach it. What is put on one stream
// is done in order; different streams of a device go on beside each other, and an event orders
// them:
//
//   ASSAY_TRY_VOID(copies->to_device(picture, *pixels));
//   ASSAY_TRY(const auto copied, copies->record());
//   ASSAY_TRY_VOID(compute->wait(*copied));
//   ASSAY_TRY_VOID(executable->enqueue(*compute, arguments));
//   ASSAY_TRY_VOID(compute->synchronise());
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "core/clock.h"
#include "core/result.h"

namespace assay::backend {

/// Given back when it is destroyed; by then no stream may still use it.
class Buffer {
 public:
  virtual ~Buffer() = default;
  /// Where executables of the device find it. The host goes through a stream.
  virtual std::span<std::byte> bytes() = 0;
};

/// A place in a stream: reached when all that was put there before it is done.
class Event {
 public:
  virtual ~Event() = default;
  /// Without waiting.
  virtual bool is_reached() const = 0;
  /// Waits for it; the time on the device's clock at which it was reached.
  virtual Result<Nanoseconds> reached_at() const = 0;
};

class Stream {
 public:
  virtual ~Stream() = default;
  /// Both sides are as long. The host's belongs to the copy until the stream is past it.
  virtual Result<void> to_device(std::span<const std::byte> host, std::span<std::byte> device) = 0;
  virtual Result<void> from_device(std::span<const std::byte> device,
                                   std::span<std::byte> host) = 0;
  virtual Result<std::shared_ptr<const Event>> record() = 0;
  /// What is put here from now on begins after the event, of a stream of the same device.
  virtual Result<void> wait(const Event& event) = 0;
  /// Until all that was put here is done.
  virtual Result<void> synchronise() = 0;
};

}  // namespace assay::backend
