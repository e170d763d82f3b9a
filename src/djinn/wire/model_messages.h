// SPDX-License-Identifier: MIT
// Models and calls: a graph is sent once and then named by its id; tensors travel in payloads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/units.h"
#include "djinn/wire/identity.h"
#include "djinn/wire/message.h"
#include "djinn/wire/tensor_record.h"

namespace assay::djinn {

/// What of a result travels back.
enum class OutputPolicy : std::uint8_t {
  kNone,
  kAll,     ///< Every output; of tokens: the logits of every one.
  kLast,    ///< Logits of the last token of every row.
  kIds,     ///< Only the ids of generated tokens.
  kHandle,  ///< Stays on the server, under a handle, until it is released.
};
constexpr OutputPolicy last_of(OutputPolicy /*policy*/) {
  return OutputPolicy::kHandle;
}
std::string_view to_text(OutputPolicy policy);  ///< "none", "all", "last_logits", "ids", "handle"

/// Where the time of a request went, one after the other, on the server's clock.
struct StageTimers {
  Nanoseconds receive{0};  ///< From the first byte of the request to the last.
  Nanoseconds queue{0};
  Nanoseconds plan{0};
  Nanoseconds bind{0};
  Nanoseconds restore{0};
  Nanoseconds execute{0};
  Nanoseconds output{0};  ///< Choosing tokens, packing what travels.
  Nanoseconds send{0};    ///< Of the answer before this one: its own is not over yet.
  bool operator==(const StageTimers&) const = default;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("receive", self.receive);
    visit("queue", self.queue);
    visit("plan", self.plan);
    visit("bind", self.bind);
    visit("restore", self.restore);
    visit("execute", self.execute);
    visit("output", self.output);
    visit("send", self.send);
  }
};
/// "receive", "queue", ...: in the order of the fields.
std::vector<std::pair<std::string_view, Nanoseconds>> stages(const StageTimers& timers);

struct NamedWeight {
  std::string name = {};
  ContentId id = {};
  bool operator==(const NamedWeight&) const = default;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("name of a weight", self.name);
    visit("id of a weight", self.id);
  }
};

/// The payload is the graph (graph_message.h).
struct LoadModelMessage {
  static constexpr Opcode kOpcode = Opcode::kLoadModel;
  std::string name = {};  ///< For people.
  std::vector<NamedWeight> weights = {};
  std::string compile_mode = {};  ///< "default"; as the engine names it.
  std::vector<std::string> passes_off = {};
  Result<void> check() const;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("name", self.name);
    visit("weights", self.weights);
    visit("compile_mode", self.compile_mode);
    visit("passes_off", self.passes_off);
  }
};

struct LoadedModelMessage {
  static constexpr Opcode kOpcode = Opcode::kLoadedModel;
  ModelId model = {};
  std::uint64_t weight_bytes = 0;  ///< In the memory of the device, shared by all who use it.
  bool was_there = false;          ///< Somebody had loaded it before.
  Nanoseconds load_time{0};

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("model", self.model);
    visit("weight_bytes", self.weight_bytes);
    visit("was_there", self.was_there);
    visit("load_time", self.load_time);
  }
};

/// The connection does not need the model any more.
struct UnloadModelMessage {
  static constexpr Opcode kOpcode = Opcode::kUnloadModel;
  ModelId model = {};
  bool drops_weights = false;  ///< Nor what was sent of its weights, unless they are in use.

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("model", self.model);
    visit("drops_weights", self.drops_weights);
  }
};

struct UnloadedModelMessage {
  static constexpr Opcode kOpcode = Opcode::kUnloadedModel;
  bool is_gone = false;  ///< Else another connection or a session uses it, and it stays.
  std::uint64_t weights_dropped = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("is_gone", self.is_gone);
    visit("weights_dropped", self.weights_dropped);
  }
};

/// A value that stays on the server. 0: none.
using ValueHandle = std::uint64_t;

struct CallMessage {
  static constexpr Opcode kOpcode = Opcode::kCall;
  ModelId model = {};
  OutputPolicy policy = OutputPolicy::kAll;
  std::vector<TensorRecord> inputs = {};  ///< By name, each once.
  Result<void> check() const;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("model", self.model);
    visit("policy", self.policy);
    visit("inputs", self.inputs);
  }
};

struct CallResultMessage {
  static constexpr Opcode kOpcode = Opcode::kCallResult;
  StageTimers timers = {};
  ValueHandle handle = 0;
  std::vector<TensorRecord> outputs = {};
  Result<void> check() const;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("timers", self.timers);
    visit("handle", self.handle);
    visit("outputs", self.outputs);
  }
};

/// Rows [begin, end) of the first axis.
struct Slice {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("begin", self.begin);
    visit("end", self.end);
  }
};

struct FetchMessage {
  static constexpr Opcode kOpcode = Opcode::kFetch;
  ValueHandle handle = 0;
  std::uint32_t output = 0;         ///< Which of the outputs behind the handle.
  std::optional<Slice> slice = {};  ///< None: all of it.
  Result<void> check() const;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("handle", self.handle);
    visit("output", self.output);
    visit("slice", self.slice);
  }
};

struct FetchedMessage {
  static constexpr Opcode kOpcode = Opcode::kFetched;
  TensorRecord tensor = {};

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("tensor", self.tensor);
  }
};

struct ReleaseMessage {
  static constexpr Opcode kOpcode = Opcode::kRelease;
  ValueHandle handle = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("handle", self.handle);
  }
};

}  // namespace assay::djinn
