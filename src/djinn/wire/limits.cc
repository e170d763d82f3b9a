// SPDX-License-Identifier: MIT
#include "djinn/wire/limits.h"

#include <algorithm>
#include <array>

#include "core/check.h"

namespace assay::djinn {
namespace {

constexpr std::uint32_t kKi = 1024;
constexpr std::uint32_t kMi = 1024 * kKi;
constexpr std::uint32_t kGi = 1024 * kMi;

constexpr auto kClient = Speaker::kClient;
constexpr auto kServer = Speaker::kServer;

constexpr std::array kLimits{
    OpcodeLimits{Opcode::kHello, "HELLO", kClient, 8 * kKi, 0, true},
    OpcodeLimits{Opcode::kWelcome, "WELCOME", kServer, 8 * kKi, 0, true},
    OpcodeLimits{Opcode::kPing, "PING", Speaker::kBoth, 256, 0, true},
    OpcodeLimits{Opcode::kPong, "PONG", Speaker::kBoth, 256, 0, true},
    OpcodeLimits{Opcode::kError, "ERROR", Speaker::kBoth, 128 * kKi, 0, true},
    OpcodeLimits{Opcode::kDone, "DONE", kServer, 256, 0, true},
    OpcodeLimits{Opcode::kGoodbye, "GOODBYE", Speaker::kBoth, 128 * kKi, 0, true},
    OpcodeLimits{Opcode::kFindWeights, "FIND_WEIGHTS", kClient, 4 * kMi, 0, false},
    OpcodeLimits{Opcode::kMissingWeights, "MISSING_WEIGHTS", kServer, 1 * kMi, 0, false},
    OpcodeLimits{Opcode::kPutWeight, "PUT_WEIGHT", kClient, 256, 16 * kMi, false},
    OpcodeLimits{Opcode::kStoredWeight, "STORED_WEIGHT", kServer, 256, 0, false},
    OpcodeLimits{Opcode::kLoadModel, "LOAD_MODEL", kClient, 32 * kMi, 32 * kMi, false},
    OpcodeLimits{Opcode::kLoadedModel, "LOADED_MODEL", kServer, 64 * kKi, 0, false},
    OpcodeLimits{Opcode::kOpenSession, "OPEN_SESSION", kClient, 8 * kKi, 0, false},
    OpcodeLimits{Opcode::kVerdict, "VERDICT", kServer, 128 * kKi, 0, true},
    OpcodeLimits{Opcode::kResumeSession, "RESUME_SESSION", kClient, 256, 0, true},
    OpcodeLimits{Opcode::kResumedSession, "RESUMED_SESSION", kServer, 256, 0, true},
    OpcodeLimits{Opcode::kCloseSession, "CLOSE_SESSION", kClient, 256, 0, true},
    OpcodeLimits{Opcode::kCall, "CALL", kClient, 1 * kMi, 1 * kGi, false},
    OpcodeLimits{Opcode::kCallResult, "CALL_RESULT", kServer, 1 * kMi, 1 * kGi, false},
    OpcodeLimits{Opcode::kAppend, "APPEND", kClient, 8 * kMi, 0, false},
    OpcodeLimits{Opcode::kAppendResult, "APPEND_RESULT", kServer, 8 * kMi, 1 * kGi, false},
    OpcodeLimits{Opcode::kSignalPhase, "SIGNAL_PHASE", kClient, 256, 0, true},
    OpcodeLimits{Opcode::kFetch, "FETCH", kClient, 256, 0, false},
    OpcodeLimits{Opcode::kFetched, "FETCHED", kServer, 8 * kKi, 1 * kGi, false},
    OpcodeLimits{Opcode::kRelease, "RELEASE", kClient, 256, 0, true},
    OpcodeLimits{Opcode::kCancel, "CANCEL", kClient, 256, 0, true},
    OpcodeLimits{Opcode::kStats, "STATS", kClient, 8 * kKi, 0, true},
    OpcodeLimits{Opcode::kStatsText, "STATS_TEXT", kServer, 16 * kMi, 0, false},
    OpcodeLimits{Opcode::kFlushPlans, "FLUSH_PLANS", kClient, 256, 0, true},
    OpcodeLimits{Opcode::kFlushedPlans, "FLUSHED_PLANS", kServer, 256, 0, true},
    OpcodeLimits{Opcode::kUnloadModel, "UNLOAD_MODEL", kClient, 256, 0, true},
    OpcodeLimits{Opcode::kUnloadedModel, "UNLOADED_MODEL", kServer, 256, 0, true},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kLimits.size(); ++i) {
    if (static_cast<std::size_t>(kLimits[i].opcode) != i + 1) return false;
  }
  return true;
}
static_assert(is_in_order(), "an opcode is found by its number");

}  // namespace

std::span<const OpcodeLimits> opcode_limits() {
  return kLimits;
}

const OpcodeLimits& limits_of(Opcode opcode) {
  const auto number = static_cast<std::size_t>(opcode);
  ASSAY_CHECK(number >= 1 && number <= kLimits.size(), "an opcode is one of the closed set");
  return kLimits[number - 1];
}

std::string_view to_text(Opcode opcode) {
  return limits_of(opcode).name;
}

std::optional<Opcode> parse_opcode(std::uint16_t number) {
  if (number < 1 || number > kLimits.size()) return std::nullopt;
  return static_cast<Opcode>(number);
}

}  // namespace assay::djinn
