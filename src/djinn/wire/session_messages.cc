// SPDX-License-Identifier: MIT
#include "djinn/wire/session_messages.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "djinn/wire/message_fields.h"

namespace assay::djinn {
namespace {

/// As many ids as the rows count, none of them negative.
Result<void> check_tokens(std::span<const std::uint32_t> counts, std::span<const TokenId> ids) {
  if (counts.size() > kRowsMax) {
    return Error::user("{} rows; expected at most {}", counts.size(), kRowsMax);
  }
  const std::uint64_t sum = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  if (sum != ids.size()) {
    return Error::user("{} token ids; expected {}, which the rows count", ids.size(), sum);
  }
  if (sum > kTokensMax) return Error::user("{} tokens; expected at most {}", sum, kTokensMax);
  const auto bad = std::ranges::find_if(ids, [](TokenId id) { return id < 0; });
  if (bad == ids.end()) return {};
  return Error::user("token id {}; expected 0 or more", *bad);
}

Result<void> check_sampling(const Sampling& sampling) {
  if (!std::isfinite(sampling.temperature) || sampling.temperature < 0) {
    return Error::user("temperature {}; expected 0 or more", sampling.temperature);
  }
  if (sampling.top_p > 0 && sampling.top_p <= 1) return {};
  return Error::user("top_p {}; expected above 0 and at most 1", sampling.top_p);
}

}  // namespace

std::string_view to_text(QosClass qos) {
  switch (qos) {
    case QosClass::kRealtime:
      return "realtime";
    case QosClass::kInteractive:
      return "interactive";
    case QosClass::kBatch:
      return "batch";
  }
  ASSAY_CHECK(false, "the switch above is complete");
  return {};
}

std::string_view to_text(Admission admission) {
  switch (admission) {
    case Admission::kAdmitted:
      return "admitted";
    case Admission::kQueued:
      return "queued";
    case Admission::kRejected:
      return "rejected";
  }
  ASSAY_CHECK(false, "the switch above is complete");
  return {};
}

std::string_view to_text(Phase phase) {
  return phase == Phase::kIoWait ? "IO_WAIT" : "COMPUTE";
}

Result<void> OpenSessionMessage::check() const {
  if (rows < 1 || rows > kRowsMax) {
    return Error::user("{} rows; expected 1 to {}", rows, kRowsMax);
  }
  if (tokens_max >= 1 && tokens_max <= kTokensMax) return {};
  return Error::user("{} tokens; expected 1 to {}", tokens_max, kTokensMax);
}

Result<void> VerdictMessage::check() const {
  const bool is_admitted = admission == Admission::kAdmitted;
  const bool has_session = session.generation > 0 && !capability.is_zero();
  if (is_admitted != has_session) {
    return Error::user("{} with{} session and capability", to_text(admission),
                       has_session ? "" : "out");
  }
  if (admission != Admission::kRejected || !reason.empty()) return {};
  return Error::user("rejected without a reason");
}

Result<void> AppendMessage::check() const {
  if (sequence == 0) return Error::user("sequence 0; requests of a session count from 1");
  ASSAY_TRY_VOID(check_tokens(counts, ids));
  if (generate > kTokensMax) {
    return Error::user("{} tokens to generate; expected at most {}", generate, kTokensMax);
  }
  return sampling ? check_sampling(*sampling) : Result<void>();
}

Result<void> AppendResultMessage::check() const {
  if (outputs.size() > kTensorsMax) {
    return Error::user("{} outputs; expected at most {}", outputs.size(), kTensorsMax);
  }
  return check_tokens(counts, ids);
}

template std::vector<std::byte> encode(const OpenSessionMessage&);
template Result<OpenSessionMessage> decode<OpenSessionMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const VerdictMessage&);
template Result<VerdictMessage> decode<VerdictMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const ResumeSessionMessage&);
template Result<ResumeSessionMessage> decode<ResumeSessionMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const ResumedSessionMessage&);
template Result<ResumedSessionMessage> decode<ResumedSessionMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const CloseSessionMessage&);
template Result<CloseSessionMessage> decode<CloseSessionMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const AppendMessage&);
template Result<AppendMessage> decode<AppendMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const AppendResultMessage&);
template Result<AppendResultMessage> decode<AppendResultMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const SignalPhaseMessage&);
template Result<SignalPhaseMessage> decode<SignalPhaseMessage>(std::span<const std::byte>);
template std::vector<std::byte> encode(const CancelMessage&);
template Result<CancelMessage> decode<CancelMessage>(std::span<const std::byte>);

}  // namespace assay::djinn
