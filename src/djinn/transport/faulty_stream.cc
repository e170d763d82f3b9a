// SPDX-License-Identifier: MIT
#include "djinn/transport/faulty_stream.h"

#include <algorithm>

namespace assay::djinn {

FaultyStream::FaultyStream(const Faults& faults, Doorbell bell, std::shared_ptr<FaultyPipe> out,
                           std::shared_ptr<FaultyPipe> in)
    : faults_(faults),
      random_(faults.seed),
      bell_(std::move(bell)),
      out_(std::move(out)),
      in_(std::move(in)) {}

FaultyStream::~FaultyStream() {
  out_->has_ended = true;
}

Result<std::pair<std::unique_ptr<FaultyStream>, std::unique_ptr<FaultyStream>>> FaultyStream::pair(
    const Faults& faults) {
  ASSAY_TRY(Doorbell first_bell, Doorbell::create());
  ASSAY_TRY(Doorbell second_bell, Doorbell::create());
  const auto there = std::make_shared<FaultyPipe>();
  const auto back = std::make_shared<FaultyPipe>();
  Faults behind = faults;
  behind.seed = mix_seed(faults.seed, 1);
  behind.cut_at.reset();
  behind.damage_at.reset();
  std::unique_ptr<FaultyStream> first(new FaultyStream(faults, std::move(first_bell), there, back));
  std::unique_ptr<FaultyStream> second(
      new FaultyStream(behind, std::move(second_bell), back, there));
  return std::pair(std::move(first), std::move(second));
}

/// Bytes that the next call may move; 0: not now.
std::size_t FaultyStream::piece() {
  if (random_.uniform() < faults_.not_now) return 0;
  return 1 + static_cast<std::size_t>(random_.below(faults_.piece_max));
}

Result<Moved> FaultyStream::do_send(std::span<const Part> parts) {
  if (is_cut()) return Error::environment("send: connection reset by peer");
  const std::size_t room = faults_.room - std::min(faults_.room, out_->bytes.size());
  std::size_t left = std::min(piece(), room);
  std::size_t moved = 0;
  for (const Part& part : parts) {
    for (const std::byte byte : part.first(std::min(left, part.size()))) {
      if (faults_.cut_at && out_->sent >= *faults_.cut_at) {
        out_->is_cut = true;
        return Error::environment("send: connection reset by peer");
      }
      const bool is_damaged = faults_.damage_at && out_->sent == *faults_.damage_at;
      out_->bytes.push_back(is_damaged ? byte ^ std::byte{0x10} : byte);
      ++out_->sent;
      ++moved;
      --left;
    }
  }
  if (moved == 0) return Moved{MovedState::kNotNow, 0};
  count_sent(moved);
  return Moved{MovedState::kMoved, moved};
}

Result<Moved> FaultyStream::do_receive(std::span<std::byte> into) {
  if (in_->bytes.empty()) {
    if (is_cut()) return Error::environment("receive: connection reset by peer");
    return Moved{in_->has_ended ? MovedState::kEnded : MovedState::kNotNow, 0};
  }
  const std::size_t size = std::min({piece(), into.size(), in_->bytes.size()});
  if (size == 0) return Moved{MovedState::kNotNow, 0};
  const auto end = in_->bytes.begin() + static_cast<std::ptrdiff_t>(size);
  std::copy(in_->bytes.begin(), end, into.begin());
  in_->bytes.erase(in_->bytes.begin(), end);
  count_received(size);
  return Moved{MovedState::kMoved, size};
}

Result<void> FaultyStream::do_finish_sending() {
  out_->has_ended = true;
  return {};
}

}  // namespace assay::djinn
