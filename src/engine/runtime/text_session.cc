// SPDX-License-Identifier: MIT
#include "engine/runtime/text_session.h"

#include <array>

namespace assay::runtime {

using tensor::HostTensor;

TextSession::TextSession(std::shared_ptr<backend::LoadedModel> model,
                         const TextSessionOptions& options)
    : model_(std::move(model)),
      options_(options),
      plans_(std::make_unique<plan::PlanCache>(options.plans)),
      lengths_(static_cast<std::size_t>(options.rows)) {}

Result<TextSession> TextSession::create(std::shared_ptr<backend::LoadedModel> model,
                                        const TextSessionOptions& options) {
  if (options.rows < 1 || options.capacity < 1) {
    return Error::user("a session of {} rows of {} tokens: both must be positive", options.rows,
                       options.capacity);
  }
  TextSession session(std::move(model), options);
  ASSAY_TRY(const auto executable, session.executable_for(1));
  const backend::Signature& signature = executable->signature();
  ASSAY_TRY_VOID(check_is_decoder(signature));
  for (const auto& [name, type] : signature.states) {
    ASSAY_TRY(HostTensor state, HostTensor::create(type));
    session.states_.push_back(std::move(state));
  }
  if (signature.outputs.size() != 1) {
    return Error::user("a decoder with {} outputs: a text session wants only the last scores",
                       signature.outputs.size());
  }
  ASSAY_TRY(session.logits_, HostTensor::create(signature.outputs[0].second));
  return session;
}

Result<std::shared_ptr<backend::Executable>> TextSession::executable_for(std::int64_t sequence) {
  const graph::Bindings bindings = decoder_bindings(options_.rows, sequence, options_.capacity);
  // One model, one device: only the sizes tell its plans apart.
  const plan::PlanKey key{
      .graph = "", .weights = "", .device = "", .options = "", .bindings = bindings};
  return plans_->get(key, [&] { return model_->prepare(bindings); });
}

Result<std::vector<std::span<const float>>> TextSession::append(
    const std::vector<std::vector<TokenId>>& tokens) {
  ASSAY_TRY(const DecoderStep step, DecoderStep::create(tokens, lengths_, options_.capacity));
  ASSAY_TRY(const auto executable, executable_for(step.sequence()));
  std::vector<tensor::AnyView> states;
  for (HostTensor& state : states_) {
    states.push_back(state.view());
  }
  const std::array<tensor::AnyView, 1> outputs{logits_.view()};
  ASSAY_TRY_VOID(step.run(*executable, states, outputs));
  std::vector<std::span<const float>> logits;
  const auto vocabulary = static_cast<std::size_t>(logits_.type().shape[1]);
  const auto* scores = reinterpret_cast<const float*>(logits_.bytes().data());
  for (std::size_t row = 0; row < tokens.size(); ++row) {
    lengths_[row] += std::ssize(tokens[row]);
    logits.emplace_back(scores + row * vocabulary, vocabulary);
  }
  return logits;
}

Result<void> TextSession::prepare(std::int64_t tokens) {
  if (tokens < 1 || tokens > options_.capacity) {
    return Error::user("a plan for {} tokens: rows have room for {}", tokens, options_.capacity);
  }
  ASSAY_TRY_VOID(executable_for(tokens));
  return {};
}

Result<void> TextSession::truncate(std::int64_t row, std::int64_t length) {
  const auto index = static_cast<std::size_t>(row);
  if (row < 0 || index >= lengths_.size() || length < 0 || length > lengths_[index]) {
    return Error::user("row {} cannot be cut to {} tokens", row, length);
  }
  lengths_[index] = length;
  return {};
}

}  // namespace assay::runtime
