// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/served_task.h"

#include <algorithm>
#include <filesystem>

#include "core/random.h"
#include "engine/models/builders/parameters.h"
#include "engine/models/checkpoint.h"
#include "engine/models/model_list.h"
#include "engine/runtime/generation.h"
#include "oracle/count/graph_count.h"

namespace assay::workload {
namespace {

using graph::NodeKind;

std::int64_t bytes_of(const tensor::TensorType& type) {
  return *tensor::element_count(type.shape) * tensor::size_of(type.dtype);
}

/// How many tokens there are to choose from: the extent of the scores.
std::int64_t vocabulary_of(const ServedTask& task) {
  const tensor::Dims& scores = task.types[index_of(task.graph.outputs()[0].node)].shape;
  return scores[scores.rank() - 1];
}

void count_memory(ServedTask& task) {
  std::int64_t weights = 0;
  std::int64_t states = 0;
  std::int64_t results = 0;
  for (std::size_t i = 0; i < task.graph.nodes().size(); ++i) {
    const NodeKind kind = task.graph.nodes()[i].kind;
    const std::int64_t bytes = bytes_of(task.types[i]);
    if (kind == NodeKind::kWeight) weights += bytes;
    if (kind == NodeKind::kState) states += bytes;
    if (kind == NodeKind::kOp) results = std::max(results, bytes);
  }
  task.weights = Bytes(weights);
  task.states = Bytes(states);
  task.scratch = Bytes(4 * results + (std::int64_t{32} << 20U));
}

Result<double> products_at(const ServedTask& task, const ModelSizes& sizes, std::int64_t capacity) {
  ASSAY_TRY(graph::Bindings bindings, bindings_of(task.graph, sizes));
  if (bindings.contains("capacity")) bindings["capacity"] = capacity;
  ASSAY_TRY(const graph::NodeTypes types, infer_types(task.graph, bindings));
  return oracle::count_graph(task.graph, types, {.past = sizes.past}).sum.products;
}

Result<void> count_products(ServedTask& task) {
  ASSAY_TRY(const double call, products_at(task, task.sizes, task.capacity()));
  task.products = call * static_cast<double>(task.requests);
  if (!task.is_decoder()) return {};
  // A step in the middle stands for all of them: their attention grows evenly.
  const ModelSizes middle{.batch = task.sizes.batch,
                          .sequence = 1,
                          .past = task.sizes.sequence + (task.decode - 1) / 2};
  ASSAY_TRY(const double step, products_at(task, middle, task.capacity()));
  task.products += step * static_cast<double>(task.decode - 1);
  return {};
}

Result<graph::Graph> graph_named(const std::string& name) {
  if (!name.starts_with(kCheckpoint)) return models::build_model(name);
  ASSAY_TRY(auto checkpoint, models::load_checkpoint(name.substr(kCheckpoint.size())));
  if (checkpoint.graph.of_kind(NodeKind::kState).empty()) {
    return Error::user("{} is no decoder; expected a checkpoint of one", name);
  }
  return std::move(checkpoint.graph);
}

Result<void> check_fit(const ServedTask& task, bool has_states) {
  if (has_states && task.decode < 1) {
    return Error::user("model {} is a decoder: say how many tokens it decodes", task.model);
  }
  if (!has_states && task.decode > 0) {
    return Error::user("model {} is no decoder: decode is {}", task.model, task.decode);
  }
  if (has_states && task.requests > 1) {
    return Error::user("model {} is a decoder: a unit is one prompt, requests is {}", task.model,
                       task.requests);
  }
  return {};
}

}  // namespace

Result<void> check_model_name(const std::string& name) {
  if (name.starts_with(kCheckpoint)) {
    const std::string folder = name.substr(kCheckpoint.size());
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) return {};
    return Error::user("no folder {}: expected one with a checkpoint", folder);
  }
  const auto graph = models::build_model(name);
  if (!graph) return graph.error();
  return {};
}

Result<graph::Weights> weights_of(const ServedTask& task) {
  if (!task.model.starts_with(kCheckpoint)) return graph::seeded_weights(task.graph, kModelSeed);
  ASSAY_TRY(auto checkpoint, models::load_checkpoint(task.model.substr(kCheckpoint.size())));
  return std::move(checkpoint.weights);
}

std::int64_t ServedTask::parameters() const {
  return models::parameter_count(graph);
}

Result<std::shared_ptr<const ServedTask>> make_task(ServedTask asked) {
  auto task = std::make_shared<ServedTask>(std::move(asked));
  ASSAY_TRY(task->graph, graph_named(task->model));
  ASSAY_TRY_VOID(check_fit(*task, !task->graph.of_kind(NodeKind::kState).empty()));
  ASSAY_TRY(graph::Bindings bindings, bindings_of(task->graph, task->sizes));
  if (task->is_decoder()) bindings["capacity"] = task->capacity();
  ASSAY_TRY(task->types, infer_types(task->graph, bindings));
  count_memory(*task);
  ASSAY_TRY_VOID(count_products(*task));
  if (!task->is_decoder()) {
    ASSAY_TRY(task->arguments, make_arguments(task->graph, task->types, task->sizes, task->seed));
    return std::shared_ptr<const ServedTask>(std::move(task));
  }
  Random random(task->seed);
  const auto vocabulary = static_cast<std::uint64_t>(vocabulary_of(*task));
  task->prompts.resize(static_cast<std::size_t>(task->sizes.batch));
  for (auto& row : task->prompts) {
    for (std::int64_t i = 0; i < task->sizes.sequence; ++i)
      row.push_back(static_cast<runtime::TokenId>(random.below(vocabulary)));
  }
  return std::shared_ptr<const ServedTask>(std::move(task));
}

Result<void> AnswerBook::judge_tokens(const ServedTask& task, Page& page) const {
  const bool is_small = task.products <= kReferenceProducts;
  ASSAY_TRY(const auto judge, devices_->open(is_small ? "reference" : "cpu"));
  ASSAY_TRY(const graph::Weights weights, weights_of(task));
  ASSAY_TRY(std::shared_ptr<backend::LoadedModel> model,
            judge->load(task.graph, weights, {.mode = backend::CompileMode::kNone}));
  ASSAY_TRY(auto session, runtime::TextSession::create(
                              model, {.rows = task.sizes.batch, .capacity = task.capacity()}));
  ASSAY_TRY(
      page.tokens,
      runtime::generate(session, task.prompts,
                        {.sampling = {.temperature = 0}, .tokens_max = task.decode, .stops = {}}));
  page.method = is_small ? "every token against those of the reference in fp64"
                         : "every token against those of mode none, unpacked, by OpenBLAS";
  return {};
}

Result<const AnswerBook::Page*> AnswerBook::page_of(const ServedTask& task) {
  const std::string name = format("{} {} {} {} {}", task.model, task.sizes.batch,
                                  task.sizes.sequence, task.decode, task.seed);
  if (page_ && page_->task == name) return &*page_;
  Page page{.task = name, .calls = {}, .tokens = {}, .method = {}};
  if (task.is_decoder()) {
    ASSAY_TRY_VOID(judge_tokens(task, page));
  } else {
    ASSAY_TRY(page.calls,
              expected_answer({.graph = task.graph,
                               .sizes = task.sizes,
                               .input_seed = task.seed,
                               .outputs = {},
                               .products = task.products / static_cast<double>(task.requests)},
                              *devices_));
  }
  page_ = std::move(page);
  return &*page_;
}

Result<Verdict> AnswerBook::check_calls(
    const ServedTask& task, const std::vector<std::vector<tensor::HostTensor>>& answers) {
  ASSAY_TRY(const Page* const page, page_of(task));
  Verdict verdict = compare_with(page->calls, {});
  verdict.correct = std::ssize(answers) == task.requests;
  for (const auto& answer : answers) {
    const Verdict one = compare_with(page->calls, answer);
    verdict.error = std::max(verdict.error, one.error);
    verdict.correct = verdict.correct && one.correct;
  }
  return verdict;
}

Result<Verdict> AnswerBook::check_tokens(const ServedTask& task, const djinn::RowTokens& written) {
  ASSAY_TRY(const Page* const page, page_of(task));
  Verdict verdict{.correct = written.size() == page->tokens.size(),
                  .method = page->method,
                  .error = 0,
                  .tolerance = 0};
  std::int64_t different = 0;
  for (std::size_t row = 0; row < page->tokens.size() && verdict.correct; ++row) {
    for (std::size_t i = 0; i < page->tokens[row].size(); ++i) {
      const bool is_there = i < written[row].size();
      different += is_there && written[row][i] == page->tokens[row][i] ? 0 : 1;
    }
    if (written[row].size() > page->tokens[row].size()) verdict.correct = false;
  }
  verdict.error =
      static_cast<double>(different) / static_cast<double>(task.sizes.batch * task.decode);
  verdict.correct = verdict.correct && different == 0;
  return verdict;
}

}  // namespace assay::workload
