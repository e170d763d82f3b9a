// SPDX-License-Identifier: MIT
// Lines over a descriptor: bounded, with a deadline for reading. A peer that ends, stays silent or
// never ends its line is an answer of its own, not a hang.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"

namespace assay::worker {

enum class Arrival : std::uint8_t {
  kLine,
  kClosed,  ///< The peer ended between two lines (or within one).
  kTimedOut,
  kTooLong,  ///< More than kMessageSizeMax without a newline.
  kStopped,  ///< The caller's flag went up.
};

/// Owns neither descriptor.
class LineChannel {
 public:
  LineChannel(int in, int out) : in_(in), out_(out) {}

  /// The next line without its newline into `line`. `timeout` below zero: for ever. `stop`, where
  /// there is one, is looked at ten times a second: a signal handler can raise it at any moment.
  Result<Arrival> receive(std::string& line, Nanoseconds timeout,
                          const std::atomic<bool>* stop = nullptr);
  /// An Error where the peer is gone (SIGPIPE must be ignored by the process).
  Result<void> send(std::string_view line);

 private:
  bool take_line(std::string& line);
  /// Appends what has arrived; false at the end of the stream.
  Result<bool> read_more();

  int in_;
  int out_;
  std::string pending_;
  std::size_t searched_ = 0;  ///< Bytes of `pending_` known to hold no newline.
};

}  // namespace assay::worker
