// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/agent_script.h"

#include <memory>

#include "core/random.h"
#include "engine/runtime/generation.h"

namespace assay::workload {
namespace {

using runtime::TokenId;

constexpr std::int64_t kVocabulary = 512;
constexpr std::int64_t kHeadWidth = 64;
constexpr std::int64_t kPositions = 8'192;  ///< The longest context that is swept.
constexpr std::uint64_t kWeightSeed = 1;

std::vector<TokenId> draw_tokens(std::int64_t count, Random& random) {
  std::vector<TokenId> tokens;
  for (std::int64_t i = 0; i < count; ++i)
    tokens.push_back(static_cast<TokenId>(random.below(kVocabulary)));
  return tokens;
}

Result<AgentScript> write_script(const std::shared_ptr<backend::LoadedModel>& model,
                                 const ScriptSizes& sizes, Random random) {
  ASSAY_TRY(auto session, runtime::TextSession::create(model, {.capacity = sizes.context}));
  const runtime::GenerationOptions options{
      .sampling = {.temperature = 0}, .tokens_max = sizes.answered, .stops = {}};
  AgentScript script;
  std::vector<TokenId> says = draw_tokens(sizes.prompt, random);
  for (std::int64_t turn = 0; turn <= sizes.turns_max(); ++turn) {
    ASSAY_TRY(auto answers, runtime::generate(session, {says}, options));
    script.push_back({.says = std::move(says), .answer = std::move(answers[0])});
    says = {script.back().answer.back()};  // The session does not hold it yet.
    for (const TokenId token : draw_tokens(sizes.observed, random))
      says.push_back(token);
  }
  return script;
}

}  // namespace

std::int64_t ScriptSizes::turns_max() const {
  // Of an answer the session holds all but the last token, which the next turn brings.
  return (context - prompt - (answered - 1)) / (observed + answered);
}

ScriptSizes ScriptSizes::of_context(std::int64_t context, std::int64_t answered) {
  return {.context = context, .prompt = context - context / 4, .answered = answered};
}

Result<AgentModel> make_agent_model(std::int64_t depth, std::int64_t width) {
  if (width % kHeadWidth != 0) {
    return Error::user("the width of a model is a multiple of {}: got {}", kHeadWidth, width);
  }
  ASSAY_TRY(graph::Graph graph, models::build_decoder({.vocabulary = kVocabulary,
                                                       .width = width,
                                                       .depth = depth,
                                                       .heads = width / kHeadWidth,
                                                       .kv_heads = width / kHeadWidth,
                                                       .head_width = kHeadWidth,
                                                       .mlp_width = 4 * width,
                                                       .positions = kPositions}));
  ASSAY_TRY(graph::Weights weights, graph::seeded_weights(graph, kWeightSeed));
  return AgentModel{std::move(graph), std::move(weights)};
}

Result<std::vector<AgentScript>> write_scripts(backend::Device& device, const AgentModel& model,
                                               const ScriptSizes& sizes, std::int64_t count,
                                               std::uint64_t seed) {
  if (sizes.prompt < 1 || sizes.answered < 1 || sizes.context < sizes.prompt + sizes.answered - 1) {
    return Error::user("a context of {} tokens has no room for a prompt of {} and its answer of {}",
                       sizes.context, sizes.prompt, sizes.answered);
  }
  ASSAY_TRY(auto loaded, device.load(model.graph, model.weights, {}));
  const std::shared_ptr<backend::LoadedModel> shared = std::move(loaded);
  std::vector<AgentScript> scripts;
  for (std::int64_t i = 0; i < count; ++i) {
    const Random random(mix_seed(seed, static_cast<std::uint64_t>(i)));
    ASSAY_TRY(AgentScript script, write_script(shared, sizes, random));
    scripts.push_back(std::move(script));
  }
  return scripts;
}

}  // namespace assay::workload
