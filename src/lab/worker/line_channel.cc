// SPDX-License-Identifier: MIT
#include "lab/worker/line_channel.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "lab/codec/file.h"
#include "lab/worker/protocol.h"

namespace assay::worker {
namespace {

constexpr std::size_t kChunk = 1 << 16;

/// Milliseconds for poll(2), rounded up so that it never spins on the last fraction.
int poll_timeout(Nanoseconds left) {
  const std::int64_t ms = (left.count() + 999'999) / 1'000'000;
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 1'000'000'000));
}

}  // namespace

bool LineChannel::take_line(std::string& line) {
  const std::size_t end = pending_.find('\n', searched_);
  if (end == std::string::npos) {
    searched_ = pending_.size();
    return false;
  }
  line.assign(pending_, 0, end);
  pending_.erase(0, end + 1);
  searched_ = 0;
  return true;
}

Result<Arrival> LineChannel::receive(std::string& line, Nanoseconds timeout) {
  const Nanoseconds deadline = SteadyClock::read() + timeout;
  std::array<char, kChunk> chunk;
  while (!take_line(line)) {
    if (static_cast<std::int64_t>(pending_.size()) > kMessageSizeMax.count()) {
      return Arrival::kTooLong;
    }
    pollfd waiting{in_, POLLIN, 0};
    const Nanoseconds left = deadline - SteadyClock::read();
    const bool is_bounded = timeout >= Nanoseconds(0);
    const int ready = poll(&waiting, 1, is_bounded ? poll_timeout(left) : -1);
    if (ready == 0) return Arrival::kTimedOut;
    if (ready < 0 && errno == EINTR) {
      if (is_bounded && left <= Nanoseconds(0)) return Arrival::kTimedOut;
      continue;
    }
    const ssize_t count = read(in_, chunk.data(), chunk.size());
    if (count == 0) return Arrival::kClosed;
    if (count > 0) {
      pending_.append(chunk.data(), static_cast<std::size_t>(count));
    } else if (errno != EINTR && errno != EAGAIN) {
      return Error::environment("cannot read from the peer: {}", codec::describe_errno(errno));
    }
  }
  return Arrival::kLine;
}

Result<void> LineChannel::send(std::string_view line) {
  std::string text(line);
  text += '\n';
  std::string_view left = text;
  while (!left.empty()) {
    const ssize_t count = write(out_, left.data(), left.size());
    if (count >= 0) {
      left.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      return Error::environment("cannot write to the peer: {}", codec::describe_errno(errno));
    }
  }
  return {};
}

}  // namespace assay::worker
