// SPDX-License-Identifier: MIT
// What a frame's body says: greeting, failures, weights, the server itself. Models and calls stand
// in model_messages.h, sessions in session_messages.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/units.h"
#include "djinn/wire/identity.h"
#include "djinn/wire/message.h"
#include "engine/tensor/any_view.h"

namespace assay::djinn {

/// What both sides can do. A bit that one side does not know is ignored, unless it is required.
enum Feature : std::uint64_t {
  kFeatureSharedRing = 1,  ///< Frames over shared memory instead of the socket (unix sockets).
  kFeatureChecksums = 2,   ///< Bodies and inline payloads carry their checksum.
  /// Both sides copy every payload once more on its way in and out, as those do who have no
  /// tensors where the bytes arrive: what not copying gains is the difference.
  kFeatureCopies = 4,
};
inline constexpr std::uint64_t kFeaturesKnown =
    kFeatureSharedRing | kFeatureChecksums | kFeatureCopies;

struct HelloMessage {
  static constexpr Opcode kOpcode = Opcode::kHello;
  std::uint16_t version_min = 0;
  std::uint16_t version_max = 0;
  std::uint64_t features_wanted = 0;
  std::uint64_t features_required = 0;
  std::string client = {};  ///< For people: name and version of the program.
  std::string tenant = {};  ///< Whose quota it is; empty: the default one.
  std::string token = {};   ///< Of the server, where it asks for one.
  Epoch epoch = {};         ///< The one that the client knows; zero: none.
  Result<void> check() const;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("version_min", self.version_min);
    visit("version_max", self.version_max);
    visit("features_wanted", self.features_wanted);
    visit("features_required", self.features_required);
    visit("client", self.client);
    visit("tenant", self.tenant);
    visit("token", self.token);
    visit("epoch", self.epoch);
  }
};

struct WelcomeMessage {
  static constexpr Opcode kOpcode = Opcode::kWelcome;
  std::uint16_t version = 0;
  std::uint64_t features = 0;  ///< Those in force.
  Epoch epoch = {};
  std::string server = {};
  std::vector<std::string> transports = {};  ///< Addresses under which the server also listens.
  std::uint32_t ops_max = 0;    ///< Requests under way at once; the credit at the start.
  std::uint32_t bytes_max = 0;  ///< Bytes of bodies and payloads under way at once.
  std::uint32_t streams_max = 0;
  std::uint32_t rows_max = 0;    ///< Of a session.
  std::uint64_t ring_bytes = 0;  ///< Of each of the two shared rings; 0: none were made.
  Nanoseconds lease{0};          ///< How long a session outlives its connection.
  Result<void> check() const;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("version", self.version);
    visit("features", self.features);
    visit("epoch", self.epoch);
    visit("server", self.server);
    visit("transports", self.transports);
    visit("ops_max", self.ops_max);
    visit("bytes_max", self.bytes_max);
    visit("streams_max", self.streams_max);
    visit("rows_max", self.rows_max);
    visit("ring_bytes", self.ring_bytes);
    visit("lease", self.lease);
  }
};

/// PING and PONG.
struct PingMessage {
  static constexpr Opcode kOpcode = Opcode::kPing;
  std::uint64_t nonce = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("nonce", self.nonce);
  }
};
struct PongMessage : PingMessage {
  static constexpr Opcode kOpcode = Opcode::kPong;
};

/// Why a request failed: what a client decides by. Written: a new one goes to the end.
enum class ErrorCode : std::uint8_t {
  kInternal,      ///< A bug of the server's.
  kMalformed,     ///< Bytes that mean nothing, or not here.
  kVersion,       ///< No version or required feature in common.
  kUnauthorised,  ///< A token, tenant or capability that does not hold.
  kNotFound,      ///< A model, session, weight or handle that is not there.
  kStateLost,     ///< It was there; the server started anew or had to let go of it.
  kInvalid,       ///< Well formed, but not what the model takes.
  kUnsupported,   ///< The server does not do it, and the message says why.
  kOverloaded,    ///< Not now: see retry_after.
  kTooLarge,      ///< Beyond a limit or a quota, now and later.
  kDeadline,      ///< The time that was given is over.
  kCancelled,
  kClosing,  ///< The server is being stopped.
};
constexpr ErrorCode last_of(ErrorCode /*code*/) {
  return ErrorCode::kClosing;
}
std::string_view to_text(ErrorCode code);  ///< "state lost"

struct ErrorMessage {
  static constexpr Opcode kOpcode = Opcode::kError;
  ErrorCode code = ErrorCode::kInternal;
  std::string message = {};  ///< What, where, what was expected, what to do.
  std::optional<Nanoseconds> retry_after = {};

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("code", self.code);
    visit("message", self.message);
    visit("retry_after", self.retry_after);
  }
};
/// Cut to what travels, control characters replaced.
std::string travelling_text(std::string text);

struct DoneMessage {
  static constexpr Opcode kOpcode = Opcode::kDone;

  template <class Self, class Visit>
  static void fields(Self& /*self*/, Visit /*visit*/) {}
};

struct GoodbyeMessage {
  static constexpr Opcode kOpcode = Opcode::kGoodbye;
  std::string reason = {};

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("reason", self.reason);
  }
};

struct FindWeightsMessage {
  static constexpr Opcode kOpcode = Opcode::kFindWeights;
  std::vector<ContentId> ids = {};
  Result<void> check() const;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("ids", self.ids);
  }
};

struct MissingWeightsMessage {
  static constexpr Opcode kOpcode = Opcode::kMissingWeights;
  std::vector<std::uint32_t> missing = {};  ///< Positions in the question, rising.
  Result<void> check() const;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("missing", self.missing);
  }
};

/// The payload is a part of a weight; the parts come in order. The server hashes what it got.
struct PutWeightMessage {
  static constexpr Opcode kOpcode = Opcode::kPutWeight;
  ContentId id = {};
  tensor::TensorType type = {};
  std::uint64_t offset = 0;
  /// The part lies within the weight; `payload_size` is the frame's.
  Result<void> check_part(std::size_t payload_size) const;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("id", self.id);
    visit("dtype", self.type.dtype);
    visit("shape", self.type.shape);
    visit("offset", self.offset);
  }
};

struct StoredWeightMessage {
  static constexpr Opcode kOpcode = Opcode::kStoredWeight;
  std::uint64_t bytes_held = 0;
  bool is_complete = false;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("bytes_held", self.bytes_held);
    visit("is_complete", self.is_complete);
  }
};

struct StatsMessage {
  static constexpr Opcode kOpcode = Opcode::kStats;
  std::string section = {};  ///< "sessions", "plans", ...; empty: all of it.

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("section", self.section);
  }
};

struct StatsTextMessage {
  static constexpr Opcode kOpcode = Opcode::kStatsText;
  std::string json = {};

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("json", self.json);
  }
};

struct FlushPlansMessage {
  static constexpr Opcode kOpcode = Opcode::kFlushPlans;
  std::optional<ModelId> model = {};  ///< Its plans; none: all plans.

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("model", self.model);
  }
};

struct FlushedPlansMessage {
  static constexpr Opcode kOpcode = Opcode::kFlushedPlans;
  std::uint64_t plans = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("plans", self.plans);
  }
};

}  // namespace assay::djinn
