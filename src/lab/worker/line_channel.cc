// SPDX-License-Identifier: MIT
#include "lab/worker/line_channel.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/codec/file.h"
#include "lab/worker/protocol.h"

namespace assay::worker {
namespace {

constexpr std::size_t kChunk = 1 << 16;
constexpr Nanoseconds kForever = Nanoseconds::max();
constexpr Nanoseconds kGlance = 100ms;  // How often a stop flag is looked at.

/// Milliseconds for poll(2), rounded up so that it never spins on the last fraction.
int poll_timeout(Nanoseconds left) {
  constexpr std::int64_t kMillisecondsMax = 1'000'000'000;
  return static_cast<int>(std::min(left.count() / 1'000'000 + 1, kMillisecondsMax));
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

Result<bool> LineChannel::read_more() {
  std::array<char, kChunk> chunk;
  const ssize_t count = read(in_, chunk.data(), chunk.size());
  if (count > 0) pending_.append(chunk.data(), static_cast<std::size_t>(count));
  if (count >= 0) return count > 0;
  if (errno == EINTR || errno == EAGAIN) return true;
  return Error::environment("cannot read from the peer: {}", codec::describe_errno(errno));
}

Result<Arrival> LineChannel::receive(std::string& line, Nanoseconds timeout,
                                     const std::atomic<bool>* stop) {
  const bool is_bounded = timeout >= 0ns;
  const Nanoseconds deadline = SteadyClock::read() + timeout;
  while (!take_line(line)) {
    if (std::ssize(pending_) > kMessageSizeMax.count()) return Arrival::kTooLong;
    if (stop != nullptr && *stop) return Arrival::kStopped;
    const Nanoseconds left = is_bounded ? deadline - SteadyClock::read() : kForever;
    if (left <= 0ns) return Arrival::kTimedOut;
    pollfd waiting{in_, POLLIN, 0};
    const int ready =
        poll(&waiting, 1, poll_timeout(stop == nullptr ? left : std::min(left, kGlance)));
    if (ready < 0 && errno != EINTR) {
      return Error::environment("cannot wait for the peer: {}", codec::describe_errno(errno));
    }
    if (ready <= 0) continue;
    ASSAY_TRY(const bool is_open, read_more());
    if (!is_open) return Arrival::kClosed;
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
