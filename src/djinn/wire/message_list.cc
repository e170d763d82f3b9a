// SPDX-License-Identifier: MIT
#include "djinn/wire/message_list.h"

#include <array>

#include "djinn/wire/limits.h"
#include "djinn/wire/messages.h"
#include "djinn/wire/model_messages.h"
#include "djinn/wire/session_messages.h"

namespace assay::djinn {
namespace {

struct Entry {
  Opcode opcode;
  Result<std::vector<std::byte>> (*written_again)(std::span<const std::byte> body);
};

template <class Message>
Result<std::vector<std::byte>> as_message(std::span<const std::byte> body) {
  ASSAY_TRY(const Message message, decode<Message>(body));
  return encode(message);
}

template <class... Message>
constexpr std::array<Entry, sizeof...(Message)> entries_of() {
  return {Entry{Message::kOpcode, &as_message<Message>}...};
}

constexpr auto kEntries =
    entries_of<HelloMessage, WelcomeMessage, PingMessage, PongMessage, ErrorMessage, DoneMessage,
               GoodbyeMessage, FindWeightsMessage, MissingWeightsMessage, PutWeightMessage,
               StoredWeightMessage, LoadModelMessage, LoadedModelMessage, OpenSessionMessage,
               VerdictMessage, ResumeSessionMessage, ResumedSessionMessage, CloseSessionMessage,
               CallMessage, CallResultMessage, AppendMessage, AppendResultMessage,
               SignalPhaseMessage, FetchMessage, FetchedMessage, ReleaseMessage, CancelMessage,
               StatsMessage, StatsTextMessage, FlushPlansMessage, FlushedPlansMessage,
               UnloadModelMessage, UnloadedModelMessage>();

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    if (static_cast<std::size_t>(kEntries[i].opcode) != i + 1) return false;
  }
  return true;
}
static_assert(is_in_order(), "a message is found by the number of its opcode");

}  // namespace

Result<std::vector<std::byte>> written_again(Opcode opcode, std::span<const std::byte> body) {
  ASSAY_CHECK_EQ(kEntries.size(), opcode_limits().size(), "every opcode has its message");
  const auto number = static_cast<std::size_t>(limits_of(opcode).opcode);
  return kEntries[number - 1].written_again(body);
}

}  // namespace assay::djinn
