// SPDX-License-Identifier: MIT
// Text of a decoder on a server.
#include "djinn/wire/content_id.h"
#include "djinn/wire/graph_message.h"
#include "engine/models/sampling.h"
#include "lab/workload/djinn/way.h"

namespace assay::workload {
namespace {

using djinn::AppendResult;
using djinn::Client;
using djinn::OutputPolicy;
using djinn::RowTokens;
using djinn::Session;

class SessionWay final : public Way {
 public:
  SessionWay(std::shared_ptr<const ServedTask> task, std::shared_ptr<TrialServer> server,
             const SessionManner& manner, Client client)
      : task_(std::move(task)),
        server_(std::move(server)),
        manner_(manner),
        client_(std::move(client)) {}

  Result<void> load();
  Result<void> perform(UnitTrace& trace) override;
  djinn::ByteCounters counters() const override { return client_.counters(); }
  void forget() override { written_.clear(); }
  Result<const djinn::Link*> link() override {
    ASSAY_TRY(const djinn::Link* const link, client_.channel().link());
    return link;
  }
  Result<Verdict> judge(AnswerBook& book) override { return book.check_tokens(*task_, written_); }
  spec::Factors mechanism() const override { return {{"served_by", server_->place()}}; }

 private:
  Result<Session> open();
  Result<void> before_request(UnitTrace& trace);
  Result<RowTokens> ask(Session& session, const RowTokens& tokens, std::uint32_t generate,
                        UnitTrace& trace);
  Result<void> keep_one_session(UnitTrace& trace);
  Result<void> recompute_every_token(UnitTrace& trace);
  void keep(const RowTokens& tokens);

  std::shared_ptr<const ServedTask> task_;
  std::shared_ptr<TrialServer> server_;
  SessionManner manner_;
  Client client_;
  std::optional<djinn::Model> model_;
  graph::Weights weights_;  ///< Only where they travel with every unit.
  djinn::LoadModelMessage load_;
  std::vector<std::byte> graph_bytes_;
  RowTokens written_;
};

Result<void> SessionWay::load() {
  ASSAY_TRY(graph::Weights weights, weights_of(*task_));
  ASSAY_TRY(djinn::Model model, client_.load(task_->graph, weights, {.name = task_->model}));
  model_.emplace(std::move(model));
  load_.name = task_->model;
  for (const graph::NodeId id : task_->graph.of_kind(graph::NodeKind::kWeight)) {
    const std::string& name = task_->graph.node(id).name;
    ASSAY_TRY(const tensor::HostTensor* const weight, weights.find(name));
    load_.weights.push_back({.name = name, .id = djinn::content_id(weight->view())});
  }
  graph_bytes_ = djinn::write_graph(task_->graph);
  if (!manner_.sends_weights) return {};
  weights_ = std::move(weights);
  ASSAY_TRY(std::ignore, client_.unload(*model_, true));
  return {};
}

Result<Session> SessionWay::open() {
  return model_->open_session({.rows = task_->sizes.batch, .capacity = task_->capacity()});
}

Result<void> SessionWay::before_request(UnitTrace& trace) {
  if (manner_.flushes_plans) {
    ASSAY_TRY(std::ignore, client_.flush_plans());
  }
  if (!manner_.sends_graph) return {};
  ASSAY_TRY(std::ignore, client_.channel().ask<djinn::LoadedModelMessage>(
                             load_, {.payload = {std::span(graph_bytes_)}}));
  ++trace.graphs_sent;
  return {};
}

/// The next tokens of each row, chosen there or here.
Result<RowTokens> SessionWay::ask(Session& session, const RowTokens& tokens, std::uint32_t generate,
                                  UnitTrace& trace) {
  const djinn::AppendOptions options = manner_.takes_logits
                                           ? djinn::AppendOptions{.policy = OutputPolicy::kLast}
                                           : djinn::AppendOptions{.generate = generate};
  ASSAY_TRY(AppendResult result, session.append(tokens, options));
  ++trace.requests;
  trace.under_way_most = 1;
  trace.add(result.timers);
  for (const auto& row : tokens)
    trace.tokens_computed += std::ssize(row) + generate - 1;
  if (!manner_.takes_logits) return std::move(result.generated);
  if (result.outputs.count() != 1) return Error::environment("the server gave no logits");
  const auto logits = result.outputs.view(0).as<float>();
  const auto vocabulary = static_cast<std::size_t>(result.outputs.view(0).type.shape[1]);
  trace.answer_values += tokens.size() * vocabulary * sizeof(float);
  RowTokens chosen;
  for (std::size_t row = 0; row < tokens.size(); ++row) {
    const std::span<const float> scores(&logits.at(static_cast<std::int64_t>(row), 0), vocabulary);
    ASSAY_TRY(const auto best, models::choose_best(scores));
    chosen.push_back({best});
  }
  return chosen;
}

void SessionWay::keep(const RowTokens& tokens) {
  for (std::size_t row = 0; row < tokens.size(); ++row)
    written_[row].insert(written_[row].end(), tokens[row].begin(), tokens[row].end());
}

Result<void> SessionWay::keep_one_session(UnitTrace& trace) {
  const bool asks_each = manner_.asks_each_token || manner_.takes_logits;
  const auto at_once = static_cast<std::uint32_t>(asks_each ? 1 : task_->decode);
  ASSAY_TRY(Session session, open());
  RowTokens next = task_->prompts;
  for (std::int64_t done = 0; done < task_->decode; done += at_once) {
    ASSAY_TRY_VOID(before_request(trace));
    ASSAY_TRY(next, ask(session, next, at_once, trace));
    keep(next);
  }
  return session.close();
}

Result<void> SessionWay::recompute_every_token(UnitTrace& trace) {
  RowTokens all = task_->prompts;
  for (std::int64_t done = 0; done < task_->decode; ++done) {
    ASSAY_TRY_VOID(before_request(trace));
    ASSAY_TRY(Session session, open());
    ASSAY_TRY(const RowTokens next, ask(session, all, 1, trace));
    ASSAY_TRY_VOID(session.close());
    keep(next);
    for (std::size_t row = 0; row < all.size(); ++row)
      all[row].insert(all[row].end(), next[row].begin(), next[row].end());
  }
  return {};
}

Result<void> SessionWay::perform(UnitTrace& trace) {
  written_.assign(static_cast<std::size_t>(task_->sizes.batch), {});
  if (manner_.recomputes) return recompute_every_token(trace);
  if (!manner_.sends_weights) return keep_one_session(trace);
  ASSAY_TRY(djinn::Model model, client_.load(task_->graph, weights_, {.name = task_->model}));
  model_.emplace(std::move(model));
  ASSAY_TRY_VOID(keep_one_session(trace));
  ASSAY_TRY(std::ignore, client_.unload(*model_, true));
  return {};
}

}  // namespace

MadeWay make_session_way(std::shared_ptr<const ServedTask> task, const Served& served,
                         const SessionManner& manner) {
  ASSAY_TRY(Client client, served.server->connect(served.connect));
  auto way =
      std::make_unique<SessionWay>(std::move(task), served.server, manner, std::move(client));
  ASSAY_TRY_VOID(way->load());
  return std::unique_ptr<Way>(std::move(way));
}

}  // namespace assay::workload
