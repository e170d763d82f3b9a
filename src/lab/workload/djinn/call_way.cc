// SPDX-License-Identifier: MIT
// Calls of a whole model on a server.
#include <deque>

#include "djinn/wire/content_id.h"
#include "djinn/wire/graph_message.h"
#include "lab/workload/djinn/way.h"

namespace assay::workload {
namespace {

using djinn::CallMessage;
using djinn::Client;
using graph::Node;
using graph::NodeKind;
using tensor::HostTensor;

// Requests of one stream are done in order: a call finds the plans gone that were flushed before
// it.
constexpr std::uint32_t kStream = 1;

class CallWay final : public Way {
 public:
  CallWay(std::shared_ptr<const ServedTask> task, std::shared_ptr<TrialServer> server,
          const CallManner& manner, Client client)
      : task_(std::move(task)),
        server_(std::move(server)),
        manner_(manner),
        client_(std::move(client)) {}

  Result<void> load();
  Result<void> perform(UnitTrace& trace) override;
  djinn::ByteCounters counters() const override { return client_.counters(); }
  void forget() override { answers_.clear(); }
  Result<const djinn::Link*> link() override {
    ASSAY_TRY(const djinn::Link* const link, client_.channel().link());
    return link;
  }
  Result<Verdict> judge(AnswerBook& book) override;
  spec::Factors mechanism() const override { return {{"served_by", server_->place()}}; }

 private:
  Result<void> send_call(djinn::Link& link);
  Result<void> call_with_weights(UnitTrace& trace);
  Result<void> take_answers(UnitTrace& trace);

  std::shared_ptr<const ServedTask> task_;
  std::shared_ptr<TrialServer> server_;
  CallManner manner_;
  Client client_;
  graph::Weights weights_;  ///< Only where they travel with every call.
  djinn::LoadModelMessage load_;
  std::vector<std::byte> graph_bytes_;
  CallMessage call_;
  djinn::TensorPacker packer_;
  struct UnderWay {
    std::uint64_t call = 0;
    std::optional<std::uint64_t> flush;
  };
  std::deque<UnderWay> under_way_;
  std::vector<djinn::Received> answers_;
};

Result<void> CallWay::load() {
  ASSAY_TRY(weights_, weights_of(*task_));
  ASSAY_TRY(djinn::Model model, client_.load(task_->graph, weights_, {.name = task_->model}));
  call_.model = model.facts().model;
  std::size_t input = 0;
  for (const Node& node : task_->graph.nodes()) {
    if (node.kind == NodeKind::kWeight) {
      ASSAY_TRY(const HostTensor* const weight, weights_.find(node.name));
      load_.weights.push_back({.name = node.name, .id = djinn::content_id(weight->view())});
    }
    if (node.kind != NodeKind::kInput) continue;
    call_.inputs.push_back(packer_.add(node.name, task_->arguments.inputs[input++].view()));
  }
  load_.name = task_->model;
  graph_bytes_ = djinn::write_graph(task_->graph);
  if (!manner_.sends_weights) weights_ = graph::Weights();
  if (manner_.sends_weights) {
    ASSAY_TRY(std::ignore, client_.unload(model, true));
  }
  return {};
}

/// Everything anew, and nothing is left behind.
Result<void> CallWay::call_with_weights(UnitTrace& trace) {
  ASSAY_TRY(djinn::Model model, client_.load(task_->graph, weights_, {.name = task_->model}));
  call_.model = model.facts().model;
  ASSAY_TRY(djinn::Link* const link, client_.channel().link());
  ASSAY_TRY_VOID(send_call(*link));
  trace.under_way_most = 1;
  ASSAY_TRY_VOID(take_answers(trace));
  ASSAY_TRY(std::ignore, client_.unload(model, true));
  return {};
}

Result<void> CallWay::send_call(djinn::Link& link) {
  UnderWay sent;
  if (manner_.flushes_plans) {
    ASSAY_TRY(sent.flush, link.send(djinn::FlushPlansMessage(), {.stream = kStream}));
  }
  djinn::Outgoing outgoing{.stream = kStream};
  outgoing.payload.assign(packer_.parts().begin(), packer_.parts().end());
  ASSAY_TRY(sent.call, link.send(call_, outgoing));
  under_way_.push_back(sent);
  return {};
}

Result<void> CallWay::take_answers(UnitTrace& trace) {
  djinn::Channel& channel = client_.channel();
  while (!under_way_.empty()) {
    const UnderWay next = under_way_.front();
    under_way_.pop_front();
    if (next.flush) {
      ASSAY_TRY(std::ignore, channel.answer<djinn::FlushedPlansMessage>(*next.flush));
    }
    ASSAY_TRY(auto answered, channel.answer<djinn::CallResultMessage>(next.call));
    trace.add(answered.message.timers);
    trace.answer_values += answered.frame.payload.bytes().size();
    ASSAY_TRY(auto outputs, djinn::received(std::move(answered.message.outputs),
                                            std::move(answered.frame.payload)));
    answers_.push_back(std::move(outputs));
    ++trace.requests;
  }
  return {};
}

Result<void> CallWay::perform(UnitTrace& trace) {
  answers_.clear();
  ASSAY_TRY(djinn::Link* const link, client_.channel().link());
  for (std::int64_t i = 0; i < task_->requests; ++i) {
    if (manner_.sends_weights) {
      ASSAY_TRY_VOID(call_with_weights(trace));
      continue;
    }
    if (manner_.sends_graph) {
      // Who knows nothing of what is there asks for the model anew, and calls what it is told.
      ASSAY_TRY(const auto loaded,
                client_.channel().ask<djinn::LoadedModelMessage>(
                    load_, {.stream = kStream, .payload = {std::span(graph_bytes_)}}));
      call_.model = loaded.message.model;
      ++trace.graphs_sent;
    }
    ASSAY_TRY_VOID(send_call(*link));
    trace.under_way_most = std::max(trace.under_way_most, std::ssize(under_way_));
    if (!manner_.is_pipelined) ASSAY_TRY_VOID(take_answers(trace));
  }
  return take_answers(trace);
}

Result<Verdict> CallWay::judge(AnswerBook& book) {
  std::vector<std::vector<HostTensor>> answers;
  for (const djinn::Received& received : answers_) {
    auto& answer = answers.emplace_back();
    for (std::size_t i = 0; i < received.count(); ++i) {
      ASSAY_TRY(HostTensor copy, HostTensor::copy_of(received.view(i)));
      answer.push_back(std::move(copy));
    }
  }
  return book.check_calls(*task_, answers);
}

}  // namespace

MadeWay make_call_way(std::shared_ptr<const ServedTask> task, const Served& served,
                      const CallManner& manner) {
  ASSAY_TRY(Client client, served.server->connect(served.connect));
  auto way = std::make_unique<CallWay>(std::move(task), served.server, manner, std::move(client));
  ASSAY_TRY_VOID(way->load());
  return std::unique_ptr<Way>(std::move(way));
}

}  // namespace assay::workload
