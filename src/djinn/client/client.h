// SPDX-License-Identifier: MIT
// Models on a server, from C++. One thread uses a client and what it gave.
//
//   ASSAY_TRY(Client client, djinn::connect("unix:/run/djinn.sock"));
//   ASSAY_TRY(Model model, client.load(graph, weights, {.name = "vit"}));
//   ASSAY_TRY(auto outputs, model.call({{"image", image.view()}}));
//   outputs.outputs.view(0)
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "djinn/client/session.h"
#include "engine/graph/weights.h"

namespace assay::djinn {

struct LoadOptions {
  std::string name = {};          ///< For people.
  std::string compile_mode = {};  ///< As the engine names it; empty: its default.
  std::vector<std::string> passes_off = {};
};

struct CallResult {
  Received outputs;
  ValueHandle handle = 0;
  StageTimers timers;
};

/// A call that is under way.
struct SentCall {
  std::uint64_t request = 0;
  std::uint64_t generation = 0;  ///< Of the connection: an answer never comes over another one.
};

using NamedInputs = std::vector<std::pair<std::string, tensor::ConstAnyView>>;

class Model {
 public:
  Model(std::shared_ptr<Channel> channel, const LoadedModelMessage& loaded, std::uint64_t sent)
      : channel_(std::move(channel)), loaded_(loaded), weight_bytes_sent_(sent) {}

  /// Of a model without states.
  Result<CallResult> call(const NamedInputs& inputs, OutputPolicy policy = OutputPolicy::kAll,
                          std::optional<Nanoseconds> deadline = {});
  /// The same in two halves, so that several are under way at once: the server does them one after
  /// the other without waiting for this side in between. Each is received, in any order. One whose
  /// connection breaks is not asked again.
  Result<SentCall> send(const NamedInputs& inputs, OutputPolicy policy = OutputPolicy::kAll,
                        std::optional<Nanoseconds> deadline = {});
  Result<CallResult> receive(const SentCall& call);
  Result<Session> open_session(const SessionOptions& options) {
    return Session::open(channel_, loaded_.model, options);
  }

  const LoadedModelMessage& facts() const { return loaded_; }
  /// Of payload, while it was loaded: 0 where the server had all weights.
  std::uint64_t weight_bytes_sent() const { return weight_bytes_sent_; }

 private:
  std::shared_ptr<Channel> channel_;
  LoadedModelMessage loaded_;
  std::uint64_t weight_bytes_sent_;
};

class Client {
 public:
  explicit Client(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) {}

  /// Sends the weights that the server does not have yet.
  Result<Model> load(const graph::Graph& graph, const graph::Weights& weights,
                     const LoadOptions& options = {});
  /// An output behind a handle, or rows of it.
  Result<Received> fetch(ValueHandle handle, std::uint32_t output, std::optional<Slice> slice = {});
  Result<void> release(ValueHandle handle);

  Result<void> ping();
  Result<std::string> stats(const std::string& section = {});
  Result<std::uint64_t> flush_plans();
  /// Those of one model: its next use is planned again.
  Result<std::uint64_t> flush_plans(const Model& model);
  /// This connection needs the model no more. Without others who use it the server forgets it, and,
  /// if asked to, the weights it was sent: loading it again begins from nothing.
  Result<UnloadedModelMessage> unload(const Model& model, bool drops_weights = false);

  const std::optional<ErrorMessage>& failure() const { return channel_->failure(); }
  /// Everything that was moved so far, headers and all; what went through shared memory, too.
  ByteCounters counters() const { return channel_->counters(); }
  Channel& channel() { return *channel_; }

 private:
  Result<std::uint64_t> send_missing(const std::vector<NamedWeight>& names,
                                     const graph::Weights& weights);
  struct SentWeight {
    std::uint64_t bytes = 0;
    std::optional<Nanoseconds> retry_after = {};  ///< Another client sends it: look again then.
  };
  Result<SentWeight> send_weight(const ContentId& id, const tensor::HostTensor& weight);

  std::shared_ptr<Channel> channel_;
};

/// `unix:PATH`, `tcp:HOST:PORT` or `tls:HOST:PORT`.
Result<Client> connect(std::string_view address, const ConnectOptions& options = {});

}  // namespace assay::djinn
