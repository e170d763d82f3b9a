// SPDX-License-Identifier: MIT
// For tests: two ends of a stream in memory that misbehave as sockets may. They move a few bytes at
// a time, say "not now" for no reason, change bytes on the way, and are cut at a chosen byte. Time
// has no part in it: a seed says it all.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "core/random.h"
#include "djinn/transport/descriptor.h"
#include "djinn/transport/stream.h"

namespace assay::djinn {

struct Faults {
  std::uint64_t seed = 1;
  std::size_t piece_max = 7;                    ///< Bytes that one call moves at most.
  double not_now = 0.3;                         ///< How often a call moves nothing.
  std::size_t room = 4096;                      ///< Bytes on their way before a sender has to wait.
  std::optional<std::uint64_t> cut_at = {};     ///< The byte before which the connection breaks.
  std::optional<std::uint64_t> damage_at = {};  ///< The byte of which a bit is changed.
};

/// One direction, seen by both ends.
struct FaultyPipe {
  std::deque<std::byte> bytes;
  std::uint64_t sent = 0;
  bool has_ended = false;
  bool is_cut = false;
};

class FaultyStream final : public Stream {
 public:
  /// The faults are of what the first sends and receives.
  static Result<std::pair<std::unique_ptr<FaultyStream>, std::unique_ptr<FaultyStream>>> pair(
      const Faults& faults);
  ~FaultyStream() override;

  /// Never waited for: a test asks again.
  int descriptor() const override { return bell_.number(); }

 private:
  FaultyStream(const Faults& faults, Doorbell bell, std::shared_ptr<FaultyPipe> out,
               std::shared_ptr<FaultyPipe> in);
  Result<Moved> do_send(std::span<const Part> parts) override;
  Result<Moved> do_receive(std::span<std::byte> into) override;
  Result<void> do_finish_sending() override;
  std::size_t piece();
  bool is_cut() const { return out_->is_cut || in_->is_cut; }

  Faults faults_;
  Random random_;
  Doorbell bell_;
  std::shared_ptr<FaultyPipe> out_;
  std::shared_ptr<FaultyPipe> in_;
};

}  // namespace assay::djinn
