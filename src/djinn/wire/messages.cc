// SPDX-License-Identifier: MIT
#include "djinn/wire/messages.h"

#include <algorithm>

#include "djinn/wire/message_fields.h"
#include "djinn/wire/tensor_record.h"

namespace assay::djinn {

Result<void> HelloMessage::check() const {
  if (version_min >= 1 && version_min <= version_max) return {};
  return Error::user("versions {} to {}; expected a range that starts at 1 or later", version_min,
                     version_max);
}

Result<void> WelcomeMessage::check() const {
  if (epoch.is_zero()) return Error::user("an epoch of zeros; expected a drawn one");
  if (ops_max == 0 || bytes_max == 0 || streams_max == 0 || rows_max == 0) {
    return Error::user("a limit of 0: {} ops, {} bytes, {} streams, {} rows", ops_max, bytes_max,
                       streams_max, rows_max);
  }
  const bool has_ring = (features & kFeatureSharedRing) != 0;
  if (has_ring == (ring_bytes > 0)) return {};
  return Error::user("rings of {} bytes, but the feature is {}", ring_bytes,
                     has_ring ? "in force" : "not in force");
}

std::string_view to_text(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInternal:
      return "internal";
    case ErrorCode::kMalformed:
      return "malformed";
    case ErrorCode::kVersion:
      return "version";
    case ErrorCode::kUnauthorised:
      return "unauthorised";
    case ErrorCode::kNotFound:
      return "not found";
    case ErrorCode::kStateLost:
      return "state lost";
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kOverloaded:
      return "overloaded";
    case ErrorCode::kTooLarge:
      return "too large";
    case ErrorCode::kDeadline:
      return "deadline";
    case ErrorCode::kCancelled:
      return "cancelled";
    case ErrorCode::kClosing:
      return "closing";
  }
  ASSAY_CHECK(false, "the switch above is complete");
  return {};
}

std::string travelling_text(std::string text) {
  if (text.size() > kTextMax) text.resize(kTextMax);
  std::ranges::replace_if(text, is_refused_in_text, '?');
  return text;
}

Result<void> FindWeightsMessage::check() const {
  if (ids.size() <= kWeightsMax) return {};
  return Error::user("{} weights; expected at most {}", ids.size(), kWeightsMax);
}

Result<void> MissingWeightsMessage::check() const {
  const auto falls = std::ranges::adjacent_find(missing, std::ranges::greater_equal());
  if (falls == missing.end()) return {};
  return Error::user("position {} is followed by one that is not larger", *falls);
}

Result<void> PutWeightMessage::check_part(std::size_t payload_size) const {
  ASSAY_TRY(const std::size_t whole, dense_size(type));
  if (offset <= whole && payload_size <= whole - offset) return {};
  return Error::user("{} bytes at {} of a weight of {} ({} bytes)", payload_size, offset,
                     to_text(type), whole);
}

template std::vector<std::byte> encode(const HelloMessage&);
template Result<HelloMessage> decode<HelloMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const WelcomeMessage&);
template Result<WelcomeMessage> decode<WelcomeMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const PingMessage&);
template Result<PingMessage> decode<PingMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const PongMessage&);
template Result<PongMessage> decode<PongMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const ErrorMessage&);
template Result<ErrorMessage> decode<ErrorMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const DoneMessage&);
template Result<DoneMessage> decode<DoneMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const GoodbyeMessage&);
template Result<GoodbyeMessage> decode<GoodbyeMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const FindWeightsMessage&);
template Result<FindWeightsMessage> decode<FindWeightsMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const MissingWeightsMessage&);
template Result<MissingWeightsMessage> decode<MissingWeightsMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const PutWeightMessage&);
template Result<PutWeightMessage> decode<PutWeightMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const StoredWeightMessage&);
template Result<StoredWeightMessage> decode<StoredWeightMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const StatsMessage&);
template Result<StatsMessage> decode<StatsMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const StatsTextMessage&);
template Result<StatsTextMessage> decode<StatsTextMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const FlushPlansMessage&);
template Result<FlushPlansMessage> decode<FlushPlansMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const FlushedPlansMessage&);
template Result<FlushedPlansMessage> decode<FlushedPlansMessage>(std::span<const std::byte>);

}  // namespace assay::djinn
