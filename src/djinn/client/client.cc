// SPDX-License-Identifier: MIT
#include "djinn/client/client.h"

#include <algorithm>
#include <deque>
#include <thread>

#include "djinn/wire/content_id.h"
#include "djinn/wire/graph_message.h"

namespace assay::djinn {
namespace {

constexpr std::size_t kPartSize = std::size_t{4} << 20U;
constexpr std::size_t kPartsUnderWay = 8;
constexpr int kAttempts = 500;  ///< Of asking whether another client has sent a weight meanwhile.

}  // namespace

Result<Client> connect(std::string_view address, const ConnectOptions& options) {
  ASSAY_TRY(auto channel, Channel::open(address, options));
  return Client(std::move(channel));
}

Result<CallResult> Model::call(const NamedInputs& inputs, OutputPolicy policy,
                               std::optional<Nanoseconds> deadline) {
  ASSAY_TRY(const SentCall sent, send(inputs, policy, deadline));
  return receive(sent);
}

Result<SentCall> Model::send(const NamedInputs& inputs, OutputPolicy policy,
                             std::optional<Nanoseconds> deadline) {
  TensorPacker packer;
  CallMessage message{.model = loaded_.model, .policy = policy, .inputs = {}};
  for (const auto& [name, view] : inputs) {
    if (!tensor::is_dense(view.type, view.strides)) {
      return Error::user("input {} is not dense: copy it first (HostTensor::copy_of)", name);
    }
    message.inputs.push_back(packer.add(name, view));
  }
  Outgoing outgoing{.deadline = deadline};
  outgoing.payload.assign(packer.parts().begin(), packer.parts().end());
  ASSAY_TRY(Link* const link, channel_->link());
  ASSAY_TRY(const std::uint64_t request, link->send(message, outgoing));
  return SentCall{.request = request, .generation = channel_->generation()};
}

Result<CallResult> Model::receive(const SentCall& call) {
  if (call.generation != channel_->generation()) {
    return Error::environment("the connection on which the call was sent broke");
  }
  ASSAY_TRY(auto answered, channel_->answer<CallResultMessage>(call.request));
  CallResult result{
      .outputs = {}, .handle = answered.message.handle, .timers = answered.message.timers};
  ASSAY_TRY(result.outputs,
            received(std::move(answered.message.outputs), std::move(answered.frame.payload)));
  return result;
}

Result<Client::SentWeight> Client::send_weight(const ContentId& id,
                                               const tensor::HostTensor& weight) {
  ASSAY_TRY(Link* const link, channel_->link());
  const std::span<const std::byte> bytes = weight.bytes();
  std::deque<std::uint64_t> under_way;
  SentWeight sent;
  std::optional<Error> failure;
  const auto take_one = [&] {
    const auto stored = channel_->answer<StoredWeightMessage>(under_way.front());
    under_way.pop_front();
    if (stored || failure) return;
    failure = stored.error();
    sent.retry_after = channel_->retry_after();
  };
  for (std::size_t offset = 0; offset < bytes.size() && !failure; offset += kPartSize) {
    const auto part = bytes.subspan(offset, std::min(kPartSize, bytes.size() - offset));
    ASSAY_TRY(const std::uint64_t request,
              link->send(PutWeightMessage{.id = id, .type = weight.type(), .offset = offset},
                         {.payload = {part}}));
    sent.bytes += part.size();
    under_way.push_back(request);
    if (under_way.size() >= kPartsUnderWay) take_one();
  }
  // All of them, also after a failure: what is under way refers to the weight's memory.
  while (!under_way.empty() && !channel_->is_broken())
    take_one();
  if (failure && !sent.retry_after) return *failure;
  return sent;
}

Result<std::uint64_t> Client::send_missing(const std::vector<NamedWeight>& names,
                                           const graph::Weights& weights) {
  FindWeightsMessage question;
  std::vector<std::string> by_position;
  for (const NamedWeight& weight : names) {
    if (std::ranges::find(question.ids, weight.id) != question.ids.end()) continue;
    question.ids.push_back(weight.id);
    by_position.push_back(weight.name);
  }
  std::uint64_t sent = 0;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    ASSAY_TRY(const auto answered, channel_->ask<MissingWeightsMessage>(question));
    if (answered.message.missing.empty()) return sent;
    std::optional<Nanoseconds> wait;
    for (const std::uint32_t position : answered.message.missing) {
      if (position >= question.ids.size()) {
        return Error::environment("the server misses weight {} of {}", position,
                                  question.ids.size());
      }
      ASSAY_TRY(const tensor::HostTensor* weight, weights.find(by_position[position]));
      ASSAY_TRY(const SentWeight parts, send_weight(question.ids[position], *weight));
      sent += parts.bytes;
      if (parts.retry_after) wait = parts.retry_after;
    }
    if (!wait) return sent;
    std::this_thread::sleep_for(*wait);
  }
  return Error::environment("another client sends the same weights and does not get done");
}

Result<Model> Client::load(const graph::Graph& graph, const graph::Weights& weights,
                           const LoadOptions& options) {
  ASSAY_TRY_VOID(check_weights(graph, weights));
  LoadModelMessage message{.name = options.name,
                           .weights = {},
                           .compile_mode = options.compile_mode,
                           .passes_off = options.passes_off};
  for (const graph::NodeId id : graph.of_kind(graph::NodeKind::kWeight)) {
    const std::string& name = graph.node(id).name;
    ASSAY_TRY(const tensor::HostTensor* weight, weights.find(name));
    message.weights.push_back({.name = name, .id = content_id(weight->view())});
  }
  ASSAY_TRY(const std::uint64_t sent, send_missing(message.weights, weights));
  const std::vector<std::byte> bytes = write_graph(graph);
  ASSAY_TRY(const auto answered,
            channel_->ask<LoadedModelMessage>(message, {.payload = {std::span(bytes)}}));
  return Model(channel_, answered.message, sent);
}

Result<Received> Client::fetch(ValueHandle handle, std::uint32_t output,
                               std::optional<Slice> slice) {
  ASSAY_TRY(auto answered, channel_->ask<FetchedMessage>(
                               FetchMessage{.handle = handle, .output = output, .slice = slice}));
  return received({std::move(answered.message.tensor)}, std::move(answered.frame.payload));
}

Result<void> Client::release(ValueHandle handle) {
  ASSAY_TRY(std::ignore, channel_->ask<DoneMessage>(ReleaseMessage{handle}));
  return {};
}

Result<void> Client::ping() {
  PingMessage ping;
  ping.nonce = channel_->generation();
  ASSAY_TRY(const auto answered, channel_->ask<PongMessage>(ping));
  if (answered.message.nonce == ping.nonce) return {};
  return Error::environment("the server answered another ping");
}

Result<std::string> Client::stats(const std::string& section) {
  ASSAY_TRY(auto answered, channel_->ask<StatsTextMessage>(StatsMessage{section}));
  return std::move(answered.message.json);
}

Result<std::uint64_t> Client::flush_plans(const Model& model) {
  ASSAY_TRY(const auto answered,
            channel_->ask<FlushedPlansMessage>(FlushPlansMessage{.model = model.facts().model}));
  return answered.message.plans;
}

Result<UnloadedModelMessage> Client::unload(const Model& model, bool drops_weights) {
  ASSAY_TRY(const auto answered,
            channel_->ask<UnloadedModelMessage>(
                UnloadModelMessage{.model = model.facts().model, .drops_weights = drops_weights}));
  return answered.message;
}

Result<std::uint64_t> Client::flush_plans() {
  ASSAY_TRY(const auto answered, channel_->ask<FlushedPlansMessage>(FlushPlansMessage()));
  return answered.message.plans;
}

}  // namespace assay::djinn
