// SPDX-License-Identifier: MIT
// Frames on their way out: queued, then written as the stream takes them, many in one call and
// nothing copied. What a frame needs alive is held until its last byte is gone.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "djinn/transport/payload_ring.h"
#include "djinn/transport/stream.h"
#include "djinn/wire/frame.h"

namespace assay::djinn {

class FrameSender {
 public:
  /// Sizes, payload kind and checksum of the header are filled in. The payload's bytes belong to
  /// `owner`, or live until flush() has sent them.
  void queue(FrameHeader header, std::vector<std::byte> body, std::vector<Part> payload = {},
             std::shared_ptr<const void> owner = nullptr);

  /// Payloads of frames that are queued from here on go there where it has room. It outlives this.
  void use(PayloadRing& ring) { ring_ = &ring; }

  /// Sends what goes now; true when nothing is left.
  Result<bool> flush(Stream& stream);
  bool is_empty() const { return frames_.empty(); }
  std::size_t queued_bytes() const { return queued_bytes_; }

 private:
  struct Queued {
    HeaderBytes head{};
    std::vector<std::byte> body;
    std::vector<Part> payload;
    std::shared_ptr<const void> owner;
    std::size_t size = 0;
  };

  bool is_put_in_ring(std::span<const Part> payload);
  /// Parts of the first frames, behind what is gone already.
  void gather();
  void drop(std::size_t bytes);

  std::deque<Queued> frames_;
  std::size_t first_sent_ = 0;  ///< Bytes of the first frame that are gone.
  std::size_t queued_bytes_ = 0;
  std::vector<Part> parts_;
  PayloadRing* ring_ = nullptr;
  std::optional<Error> ring_error_;
};

}  // namespace assay::djinn
