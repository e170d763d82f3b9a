// SPDX-License-Identifier: MIT
// The closed set of what may be said on the wire. Numbers are written: none ever moves or is used
// again, a new one goes to the end. What each may be as large as stands in limits.h, what it
// carries in messages.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace assay::djinn {

enum class Opcode : std::uint16_t {
  kHello = 1,  ///< The first frame of a client, in every version of the protocol.
  kWelcome = 2,
  kPing = 3,
  kPong = 4,
  kError = 5,    ///< The answer to any request that failed.
  kDone = 6,     ///< The answer to a request that has nothing to tell.
  kGoodbye = 7,  ///< From either side: nothing follows.
  kFindWeights = 8,
  kMissingWeights = 9,
  kPutWeight = 10,
  kStoredWeight = 11,
  kLoadModel = 12,
  kLoadedModel = 13,
  kOpenSession = 14,
  kVerdict = 15,
  kResumeSession = 16,
  kResumedSession = 17,
  kCloseSession = 18,
  kCall = 19,
  kCallResult = 20,
  kAppend = 21,  ///< Prefill and decode: tokens in, tokens or logits out.
  kAppendResult = 22,
  kSignalPhase = 23,
  kFetch = 24,
  kFetched = 25,
  kRelease = 26,
  kCancel = 27,
  kStats = 28,
  kStatsText = 29,
  kFlushPlans = 30,
  kFlushedPlans = 31,
  kUnloadModel = 32,
  kUnloadedModel = 33,
};

/// Who may say it.
enum class Speaker : std::uint8_t { kClient, kServer, kBoth };

std::string_view to_text(Opcode opcode);  ///< "HELLO"
/// None for a number that means nothing.
std::optional<Opcode> parse_opcode(std::uint16_t number);

}  // namespace assay::djinn
