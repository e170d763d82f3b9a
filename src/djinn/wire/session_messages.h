// SPDX-License-Identifier: MIT
// Sessions: opened against a reservation, fed with tokens, told to wait, resumed after a broken
// connection. The session itself is named in the frame's header.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/units.h"
#include "djinn/wire/frame.h"
#include "djinn/wire/identity.h"
#include "djinn/wire/message.h"
#include "djinn/wire/model_messages.h"

namespace assay::djinn {

enum class QosClass : std::uint8_t { kRealtime, kInteractive, kBatch };
constexpr QosClass last_of(QosClass /*qos*/) {
  return QosClass::kBatch;
}
std::string_view to_text(QosClass qos);  ///< "realtime", "interactive", "batch"

struct OpenSessionMessage {
  static constexpr Opcode kOpcode = Opcode::kOpenSession;
  ModelId model = {};
  std::uint32_t rows = 1;
  std::uint64_t tokens_max = 0;  ///< A row: what is reserved.
  QosClass qos = QosClass::kInteractive;
  bool may_queue = true;  ///< Wait for room; else a full server refuses at once.
  Result<void> check() const;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("model", self.model);
    visit("rows", self.rows);
    visit("tokens_max", self.tokens_max);
    visit("qos", self.qos);
    visit("may_queue", self.may_queue);
  }
};

enum class Admission : std::uint8_t { kAdmitted, kQueued, kRejected };
constexpr Admission last_of(Admission /*admission*/) {
  return Admission::kRejected;
}
std::string_view to_text(Admission admission);  ///< "admitted", "queued", "rejected"

/// Queued is told when it begins, and followed by another verdict to the same request.
struct VerdictMessage {
  static constexpr Opcode kOpcode = Opcode::kVerdict;
  Admission admission = Admission::kRejected;
  // Admitted:
  SessionHandle session = {};
  Capability capability = {};
  std::uint64_t reserved_bytes = 0;
  // Queued:
  std::uint32_t position = 0;
  std::optional<Nanoseconds> eta = {};
  // Rejected:
  std::string reason = {};
  std::optional<Nanoseconds> retry_after = {};
  Result<void> check() const;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("admission", self.admission);
    visit("session index", self.session.index);
    visit("session generation", self.session.generation);
    visit("capability", self.capability);
    visit("reserved_bytes", self.reserved_bytes);
    visit("position", self.position);
    visit("eta", self.eta);
    visit("reason", self.reason);
    visit("retry_after", self.retry_after);
  }
};

struct ResumeSessionMessage {
  static constexpr Opcode kOpcode = Opcode::kResumeSession;
  Capability capability = {};

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("capability", self.capability);
  }
};

struct ResumedSessionMessage {
  static constexpr Opcode kOpcode = Opcode::kResumedSession;
  SessionHandle session = {};
  std::uint64_t sequence = 0;     ///< Of the last request that the session has done.
  std::uint64_t tokens_held = 0;  ///< A row.

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("session index", self.session.index);
    visit("session generation", self.session.generation);
    visit("sequence", self.sequence);
    visit("tokens_held", self.tokens_held);
  }
};

struct CloseSessionMessage {
  static constexpr Opcode kOpcode = Opcode::kCloseSession;

  template <class Self, class Visit>
  static void fields(Self& /*self*/, Visit /*visit*/) {}
};

/// How a token is drawn; the engine's options and a seed.
struct Sampling {
  double temperature = 1;
  double top_p = 1;
  std::uint64_t top_k = 0;
  std::uint64_t seed = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("temperature", self.temperature);
    visit("top_p", self.top_p);
    visit("top_k", self.top_k);
    visit("seed", self.seed);
  }
};

using TokenId = std::int32_t;

/// Prefill and decode: tokens of every row go in, then so many are generated a row.
struct AppendMessage {
  static constexpr Opcode kOpcode = Opcode::kAppend;
  /// Counts the requests of a session from 1; one that was done before is answered again, not done.
  std::uint64_t sequence = 0;
  std::vector<std::uint32_t> counts = {};  ///< Tokens of every row.
  std::vector<TokenId> ids = {};           ///< Of all rows, one after the other.
  std::uint32_t generate = 0;
  OutputPolicy policy = OutputPolicy::kIds;
  std::optional<Sampling> sampling = {};  ///< None: always the best.
  std::vector<TokenId> stop_ids = {};     ///< A row ends behind one of these.
  /// The session forgets first what it holds, whatever becomes of the request then.
  bool starts_anew = false;
  Result<void> check() const;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("sequence", self.sequence);
    visit("counts", self.counts);
    visit("ids", self.ids);
    visit("generate", self.generate);
    visit("policy", self.policy);
    visit("sampling", self.sampling);
    visit("stop_ids", self.stop_ids);
    visit("starts_anew", self.starts_anew);
  }
};

struct AppendResultMessage {
  static constexpr Opcode kOpcode = Opcode::kAppendResult;
  std::uint64_t sequence = 0;
  std::uint64_t tokens_held = 0;           ///< Of the longest row.
  std::vector<std::uint32_t> counts = {};  ///< Generated tokens of every row.
  std::vector<TokenId> ids = {};
  ValueHandle handle = 0;
  std::vector<TensorRecord> outputs = {};  ///< Logits, in the payload.
  StageTimers timers = {};
  Result<void> check() const;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("sequence", self.sequence);
    visit("tokens_held", self.tokens_held);
    visit("counts", self.counts);
    visit("ids", self.ids);
    visit("handle", self.handle);
    visit("outputs", self.outputs);
    visit("timers", self.timers);
  }
};

enum class Phase : std::uint8_t { kIoWait, kCompute };
constexpr Phase last_of(Phase /*phase*/) {
  return Phase::kCompute;
}
std::string_view to_text(Phase phase);  ///< "IO_WAIT", "COMPUTE"

struct SignalPhaseMessage {
  static constexpr Opcode kOpcode = Opcode::kSignalPhase;
  Phase phase = Phase::kCompute;
  std::optional<Nanoseconds> estimate =
      {};  ///< How long the phase will last, for all the client knows.

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("phase", self.phase);
    visit("estimate", self.estimate);
  }
};

struct CancelMessage {
  static constexpr Opcode kOpcode = Opcode::kCancel;
  std::uint64_t request = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("request", self.request);
  }
};

}  // namespace assay::djinn
