// SPDX-License-Identifier: MIT
#include "djinn/wire/model_messages.h"

#include <set>

#include "djinn/wire/message_fields.h"

namespace assay::djinn {
namespace {

/// Not more than `most`, each with a name that is not too long and stands once.
template <class Named>
Result<void> check_names(std::string_view what, const std::vector<Named>& entries,
                         std::size_t most) {
  if (entries.size() > most) {
    return Error::user("{} {}; expected at most {}", entries.size(), what, most);
  }
  std::set<std::string_view> names;
  for (const Named& entry : entries) {
    if (entry.name.empty() || entry.name.size() > kNameMax) {
      return Error::user("a name of {} bytes among the {}; expected 1 to {}", entry.name.size(),
                         what, kNameMax);
    }
    if (!names.insert(entry.name).second) {
      return Error::user("{} stands twice among the {}", entry.name, what);
    }
  }
  return {};
}

}  // namespace

std::string_view to_text(OutputPolicy policy) {
  switch (policy) {
    case OutputPolicy::kNone:
      return "none";
    case OutputPolicy::kAll:
      return "all";
    case OutputPolicy::kLast:
      return "last_logits";
    case OutputPolicy::kIds:
      return "ids";
    case OutputPolicy::kHandle:
      return "handle";
  }
  ASSAY_CHECK(false, "the switch above is complete");
  return {};
}

std::vector<std::pair<std::string_view, Nanoseconds>> stages(const StageTimers& timers) {
  std::vector<std::pair<std::string_view, Nanoseconds>> list;
  StageTimers::fields(
      timers, [&](std::string_view name, Nanoseconds time) { list.emplace_back(name, time); });
  return list;
}

Result<void> LoadModelMessage::check() const {
  ASSAY_TRY_VOID(check_names("weights", weights, kWeightsMax));
  if (name.size() <= kNameMax) return {};
  return Error::user("a name of {} bytes; expected at most {}", name.size(), kNameMax);
}

Result<void> CallMessage::check() const {
  ASSAY_TRY_VOID(check_names("inputs", inputs, kTensorsMax));
  if (policy != OutputPolicy::kIds && policy != OutputPolicy::kLast) return {};
  return Error::user("output policy {}; expected none, all or handle, as a call makes no tokens",
                     to_text(policy));
}

Result<void> CallResultMessage::check() const {
  return check_names("outputs", outputs, kTensorsMax);
}

Result<void> FetchMessage::check() const {
  if (!slice || slice->begin <= slice->end) return {};
  return Error::user("a slice from {} to {}; expected no end before its beginning", slice->begin,
                     slice->end);
}

template std::vector<std::byte> encode(const LoadModelMessage&);
template Result<LoadModelMessage> decode<LoadModelMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const LoadedModelMessage&);
template Result<LoadedModelMessage> decode<LoadedModelMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const UnloadModelMessage&);
template Result<UnloadModelMessage> decode<UnloadModelMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const UnloadedModelMessage&);
template Result<UnloadedModelMessage> decode<UnloadedModelMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const CallMessage&);
template Result<CallMessage> decode<CallMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const CallResultMessage&);
template Result<CallResultMessage> decode<CallResultMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const FetchMessage&);
template Result<FetchMessage> decode<FetchMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const FetchedMessage&);
template Result<FetchedMessage> decode<FetchedMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const ReleaseMessage&);
template Result<ReleaseMessage> decode<ReleaseMessage>(std::span<const std::byte>);

}  // namespace assay::djinn
