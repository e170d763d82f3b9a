// SPDX-License-Identifier: MIT
// What came of a client and is to be answered, with the time that runs for it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>

#include "djinn/server/session_keeper.h"
#include "djinn/server/stage_clock.h"
#include "djinn/wire/frame.h"

namespace assay::djinn {

struct Request {
  ConnectionId connection = kNobody;
  std::string tenant = {};
  Frame frame;
  StageClock clock;
  std::optional<Nanoseconds> deadline = {};  ///< A moment.
  std::shared_ptr<const std::atomic<bool>> is_cancelled = nullptr;
};

/// A request that was cancelled, or whose time is over; none where it is still wanted.
std::optional<Failure> unwanted(const Request& request, Nanoseconds now);

/// Called once, by the thread that did the work, with the time that its steps took.
using OnAnswer = std::function<void(Answer answer, Nanoseconds took)>;

/// What the machine has no memory for is refused to the one who asked, and the others go on.
template <class Serve>
auto within_memory(Serve&& serve) -> decltype(serve()) {
  try {
    return serve();
  } catch (const std::bad_alloc&) {
    return Failure(ErrorCode::kOverloaded, "the server's machine has no memory for it");
  }
}

}  // namespace assay::djinn
