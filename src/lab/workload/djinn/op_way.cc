// SPDX-License-Identifier: MIT
// Ops one by one on a server, as whoever sees calls of kernels and no model. Weights stay there;
// every result comes back, because nobody there knows who will need it. A reshape moves nothing and
// is done here.
#include <algorithm>
#include <deque>

#include "lab/workload/djinn/way.h"

namespace assay::workload {
namespace {

using djinn::Client;
using graph::Graph;
using graph::index_of;
using graph::Node;
using graph::NodeId;
using graph::NodeKind;
using tensor::ConstAnyView;
using tensor::HostTensor;

/// One op as a model of its own.
struct Step {
  NodeId node = graph::kAbsent;
  bool is_here = false;
  djinn::ModelId model = {};
  std::vector<std::pair<std::string, NodeId>> inputs;  ///< Results of other nodes, each once.
};

/// What a node gave, and who keeps its bytes.
struct Kept {
  ConstAnyView view;
  std::shared_ptr<const djinn::Received> owner;
};

/// A forward pass under way.
struct Pass {
  std::vector<std::optional<Kept>> values;  ///< Of nodes.
  std::vector<bool> is_started;             ///< Of steps.
};

class OpWay final : public Way {
 public:
  OpWay(std::shared_ptr<const ServedTask> task, std::shared_ptr<TrialServer> server,
        bool is_pipelined, Client client)
      : task_(std::move(task)),
        server_(std::move(server)),
        is_pipelined_(is_pipelined),
        client_(std::move(client)) {}

  Result<void> load();
  Result<void> perform(UnitTrace& trace) override;
  djinn::ByteCounters counters() const override { return client_.counters(); }
  void forget() override { passes_.clear(); }
  Result<const djinn::Link*> link() override {
    ASSAY_TRY(const djinn::Link* const link, client_.channel().link());
    return link;
  }
  Result<Verdict> judge(AnswerBook& book) override;
  spec::Factors mechanism() const override {
    return {{"served_by", server_->place()}, {"ops", std::ssize(steps_)}};
  }

 private:
  Result<void> load_step(const graph::Weights& weights, NodeId id);
  Result<void> start_ready(std::size_t pass, UnitTrace& trace);
  Result<void> send(std::size_t pass, std::size_t step);
  Result<void> take_one(UnitTrace& trace);

  std::shared_ptr<const ServedTask> task_;
  std::shared_ptr<TrialServer> server_;
  bool is_pipelined_;
  Client client_;
  std::vector<Step> steps_;
  struct UnderWay {
    std::uint64_t request = 0;
    std::size_t pass = 0;
    std::size_t step = 0;
  };
  std::deque<UnderWay> under_way_;
  std::vector<Pass> passes_;
};

Result<void> OpWay::load() {
  ASSAY_TRY(const graph::Weights weights, weights_of(*task_));
  for (std::size_t i = 0; i < task_->graph.nodes().size(); ++i) {
    if (task_->graph.nodes()[i].kind != NodeKind::kOp) continue;
    ASSAY_TRY_VOID(
        load_step(weights, graph::node_id(i))
            .context("as a model of its own: {}", describe(task_->graph, graph::node_id(i))));
  }
  return {};
}

Result<void> OpWay::load_step(const graph::Weights& weights, NodeId id) {
  const Node& node = task_->graph.node(id);
  Step step{.node = id, .is_here = node.op->name == "reshape", .model = {}, .inputs = {}};
  Graph own;
  graph::Weights own_weights;
  std::map<NodeId, NodeId> seen;
  Node copy{.kind = NodeKind::kOp, .op = node.op, .attributes = node.attributes};
  for (const NodeId operand : node.operands) {
    if (operand == graph::kAbsent) {
      copy.operands.push_back(graph::kAbsent);
      continue;
    }
    if (const auto again = seen.find(operand); again != seen.end()) {
      copy.operands.push_back(again->second);
      continue;
    }
    const tensor::TensorType& type = task_->types[index_of(operand)];
    const Node& given = task_->graph.node(operand);
    const std::string name = format("operand{}", seen.size());
    if (given.kind == NodeKind::kWeight) {
      ASSAY_TRY_VOID(own_weights.share(name, weights.entries().at(given.name)));
      copy.operands.push_back(own.weight(name, type));
    } else {
      std::vector<graph::Extent> shape;
      for (int axis = 0; axis < type.shape.rank(); ++axis)
        shape.emplace_back(type.shape[axis]);
      copy.operands.push_back(own.input(name, type.dtype, std::move(shape)));
      step.inputs.emplace_back(name, operand);
    }
    seen.emplace(operand, copy.operands.back());
  }
  if (!step.is_here) {
    ASSAY_TRY(const NodeId result, own.append(std::move(copy)));
    ASSAY_TRY_VOID(own.append_output({.name = "result", .node = result}));
    ASSAY_TRY(const djinn::Model model,
              client_.load(own, own_weights, {.name = std::string(node.op->name)}));
    step.model = model.facts().model;
  }
  steps_.push_back(std::move(step));
  return {};
}

Result<void> OpWay::send(std::size_t pass, std::size_t at) {
  const Step& step = steps_[at];
  djinn::TensorPacker packer;
  djinn::CallMessage message{.model = step.model};
  for (const auto& [name, node] : step.inputs)
    message.inputs.push_back(packer.add(name, passes_[pass].values[index_of(node)]->view));
  djinn::Outgoing outgoing;
  outgoing.payload.assign(packer.parts().begin(), packer.parts().end());
  ASSAY_TRY(djinn::Link* const link, client_.channel().link());
  ASSAY_TRY(const std::uint64_t request, link->send(message, outgoing));
  under_way_.push_back({.request = request, .pass = pass, .step = at});
  return {};
}

/// Starts what has its operands: operands precede their users, so that one sweep finds all.
Result<void> OpWay::start_ready(std::size_t at, UnitTrace& trace) {
  Pass& pass = passes_[at];
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const bool has_room = is_pipelined_ || under_way_.empty();
    const bool is_ready =
        !pass.is_started[i] && std::ranges::all_of(steps_[i].inputs, [&](const auto& input) {
          return pass.values[index_of(input.second)].has_value();
        });
    if (!is_ready || (!has_room && !steps_[i].is_here)) continue;
    pass.is_started[i] = true;
    const NodeId node = steps_[i].node;
    if (steps_[i].is_here) {
      const Kept& whole = *pass.values[index_of(steps_[i].inputs.front().second)];
      pass.values[index_of(node)] =
          Kept{dense_view(whole.view.data, task_->types[index_of(node)]), whole.owner};
      continue;
    }
    ASSAY_TRY_VOID(send(at, i));
    trace.under_way_most = std::max(trace.under_way_most, std::ssize(under_way_));
  }
  return {};
}

Result<void> OpWay::take_one(UnitTrace& trace) {
  const UnderWay next = under_way_.front();
  under_way_.pop_front();
  ASSAY_TRY(auto answered, client_.channel().answer<djinn::CallResultMessage>(next.request));
  trace.add(answered.message.timers);
  trace.answer_values += answered.frame.payload.bytes().size();
  ++trace.requests;
  ++trace.ops_sent;
  ASSAY_TRY(auto received, djinn::received(std::move(answered.message.outputs),
                                           std::move(answered.frame.payload)));
  const auto owner = std::make_shared<const djinn::Received>(std::move(received));
  const NodeId node = steps_[next.step].node;
  if (owner->count() != 1 || owner->view(0).type != task_->types[index_of(node)]) {
    return Error::environment("{} gave something else than its result",
                              describe(task_->graph, node));
  }
  passes_[next.pass].values[index_of(node)] = Kept{owner->view(0), owner};
  return {};
}

Result<void> OpWay::perform(UnitTrace& trace) {
  passes_.assign(static_cast<std::size_t>(task_->requests), {});
  for (std::size_t at = 0; at < passes_.size(); ++at) {
    Pass& pass = passes_[at];
    pass.values.resize(task_->graph.nodes().size());
    pass.is_started.resize(steps_.size());
    std::size_t input = 0;
    for (const NodeId id : task_->graph.of_kind(NodeKind::kInput))
      pass.values[index_of(id)] = Kept{task_->arguments.inputs[input++].view(), nullptr};
    if (is_pipelined_) continue;
    do {
      if (!under_way_.empty()) ASSAY_TRY_VOID(take_one(trace));
      ASSAY_TRY_VOID(start_ready(at, trace));
    } while (!under_way_.empty());
  }
  if (!is_pipelined_) return {};
  do {
    if (!under_way_.empty()) ASSAY_TRY_VOID(take_one(trace));
    for (std::size_t at = 0; at < passes_.size(); ++at)
      ASSAY_TRY_VOID(start_ready(at, trace));
  } while (!under_way_.empty());
  return {};
}

Result<Verdict> OpWay::judge(AnswerBook& book) {
  std::vector<std::vector<HostTensor>> answers;
  for (const Pass& pass : passes_) {
    auto& answer = answers.emplace_back();
    for (const graph::Output& output : task_->graph.outputs()) {
      const auto& value = pass.values[index_of(output.node)];
      if (!value) return Error::bug("output {} was not calculated", output.name);
      ASSAY_TRY(HostTensor copy, HostTensor::copy_of(value->view));
      answer.push_back(std::move(copy));
    }
  }
  return book.check_calls(*task_, answers);
}

}  // namespace

MadeWay make_op_way(std::shared_ptr<const ServedTask> task, const Served& served,
                    bool is_pipelined) {
  ASSAY_TRY(Client client, served.server->connect(served.connect));
  auto way =
      std::make_unique<OpWay>(std::move(task), served.server, is_pipelined, std::move(client));
  ASSAY_TRY_VOID(way->load());
  return std::unique_ptr<Way>(std::move(way));
}

}  // namespace assay::workload
