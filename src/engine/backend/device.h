// SPDX-License-Identifier: MIT
// What every backend offers: a device loads a graph with its weights, the loaded model is prepared
// for sizes, the prepared executable runs. Backends are peers behind this header; the registry
// (registry.h) knows their names.
//
//   ASSAY_TRY(auto model, device.load(graph, weights, {.mode = CompileMode::kDefault}));
//   ASSAY_TRY(auto executable, model->prepare({{"batch", 8}}));
//   ASSAY_TRY_VOID(executable->run({.inputs = inputs, .states = {}, .outputs = outputs}));
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/backend/stream.h"
#include "engine/graph/types.h"
#include "engine/graph/weights.h"

namespace assay::backend {

using tensor::AnyView;
using tensor::ConstAnyView;
using tensor::TensorType;

/// How much is done before a run so that the run does less. What was chosen is in the facts.
enum class CompileMode : std::uint8_t {
  kNone,            ///< The graph as written, op by op, every result in memory of its own.
  kDefault,         ///< Passes, weights packed, results in one planned arena.
  kReduceOverhead,  ///< The same, replayed: no allocation, no look-up.
  kMaxAutotune,     ///< The same, with kernels and blockings timed for these very shapes.
};
std::string_view to_text(CompileMode mode);  ///< "none", "default", "reduce-overhead", ...
Result<CompileMode> parse_compile_mode(std::string_view text);

struct CompileOptions {
  CompileMode mode = CompileMode::kDefault;
  int threads = 1;
  std::vector<std::string> passes_off = {};  ///< By name; unknown names are user errors.
};

/// How the variant of a kernel was chosen among several.
enum class Choice : std::uint8_t {
  kRule,        ///< By a rule; or there is only one.
  kTimed,       ///< The fastest of all, timed when the step was prepared.
  kRemembered,  ///< The fastest when it was timed earlier.
};
std::string_view to_text(Choice choice);  ///< "rule", "timed", "remembered"

/// One call of a kernel, as the plan has it.
struct StepFacts {
  std::string op;
  std::string name;    ///< The node's, for people.
  std::string kernel;  ///< "packed 14x32, 2 threads"
  Choice choice = Choice::kRule;
};

/// What was prepared: the mechanism that a record keeps beside a time.
struct ExecutableFacts {
  CompileMode mode = CompileMode::kNone;
  std::string fingerprint;  ///< Of the graph that runs, after the passes.
  std::vector<std::string> passes;
  std::vector<StepFacts> steps;
  Bytes weights;         ///< Held by the model for its executables, and by this one's kernels.
  Bytes arena;           ///< Of the results between, scratch of kernels included.
  Bytes liveness_bound;  ///< The most that is alive at one step: no arena can be smaller.
  std::vector<std::string> remarks;  ///< What did not go as it should, and was done without.

  std::int64_t chosen(Choice choice) const;  ///< Steps whose variant was chosen so.
};

/// Inputs, states and outputs in the order in which the graph declares them. Dense.
struct RunArguments {
  std::span<const ConstAnyView> inputs;
  std::span<const AnyView> states;
  std::span<const AnyView> outputs;
};

/// Types of a run's arguments.
struct Signature {
  std::vector<std::pair<std::string, TensorType>> inputs;
  std::vector<std::pair<std::string, TensorType>> states;
  std::vector<std::pair<std::string, TensorType>> outputs;
};
Signature signature_of(const graph::Graph& graph, const graph::NodeTypes& types);
/// A user error that names the argument and says what was expected.
Result<void> check_arguments(const Signature& signature, const RunArguments& arguments);

/// Ready to run for one set of sizes. One run at a time.
class Executable {
 public:
  virtual ~Executable() = default;
  /// To completion.
  virtual Result<void> run(const RunArguments& arguments) = 0;
  /// Puts a run on a stream of the same device, after what is there. The memory of the arguments
  /// belongs to the run until the stream is past it. Optional. Default: run it now, as a stream of
  /// the host does.
  virtual Result<void> enqueue(Stream& /*stream*/, const RunArguments& arguments) {
    return run(arguments);
  }
  virtual const Signature& signature() const = 0;
  virtual const ExecutableFacts& facts() const = 0;
};

/// A graph with its weights on a device. Executables share the weights and keep them alive.
class LoadedModel {
 public:
  virtual ~LoadedModel() = default;
  virtual Result<std::unique_ptr<Executable>> prepare(const graph::Bindings& bindings) = 0;
  virtual Bytes weight_bytes() const = 0;
};

struct DeviceFacts {
  std::string name;         ///< "cpu"
  std::string description;  ///< "oneDNN 2.6.3, OpenBLAS 0.3.21, own kernels for AVX3_SPR"
  bool is_simulated = false;
  /// Its streams go on by themselves: what is put there is not done when the call returns. One
  /// thread feeds such a device.
  bool has_queues = false;
};

class Device {
 public:
  virtual ~Device() = default;
  virtual const DeviceFacts& facts() const = 0;
  /// Why the device cannot calculate a node with operands of these types; nothing if it can.
  virtual std::optional<std::string> lacks(const graph::Node& node,
                                           const graph::OperandTypes& operands) const = 0;
  /// A model holds only what its executables need: once the caller lets go of `weights`, those that
  /// were packed exist once.
  virtual Result<std::unique_ptr<LoadedModel>> load(const graph::Graph& graph,
                                                    const graph::Weights& weights,
                                                    const CompileOptions& options) = 0;
  /// Memory for the arguments of runs. Optional. Default: the host's.
  virtual Result<std::unique_ptr<Buffer>> allocate(Bytes size);
  /// Optional. Default: a stream of the host, which does at once what is put there.
  virtual Result<std::unique_ptr<Stream>> open_stream();
  /// Times of events are read from it. Optional. Default: the machine's.
  virtual const Clock& clock() const;
  /// The same clock where its time is simulated. Optional. Default: null, time is real.
  virtual const VirtualClock* virtual_clock() const { return nullptr; }
  /// The thread that feeds the device does nothing until the clock shows `time`. Optional. Default:
  /// it sleeps.
  virtual void idle_until(Nanoseconds time);
  /// Where work of the host beside this device is loaded and queued, so that its time is on the
  /// same clock. Optional. Default: this device, which is the host.
  virtual Device& host() { return *this; }
};

}  // namespace assay::backend
