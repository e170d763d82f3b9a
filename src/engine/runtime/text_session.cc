// SPDX-License-Identifier: MIT
#include "engine/runtime/text_session.h"

#include <algorithm>
#include <array>

namespace assay::runtime {
namespace {

using tensor::DType;
using tensor::HostTensor;

/// The argument of a decoder by its name; null for a name that no decoder has.
template <class Arguments>
const std::vector<std::int32_t>* argument_named(const Arguments& arguments, std::string_view name) {
  if (name == "ids") return &arguments.ids;
  if (name == "past") return &arguments.past;
  if (name == "counts") return &arguments.counts;
  if (name == "last") return &arguments.last;
  if (name == "positions") return &arguments.positions;
  return nullptr;
}

}  // namespace

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
  for (const auto& [name, type] : signature.inputs) {
    if (argument_named(Arguments(), name) == nullptr) {
      return Error::user("no decoder: its input {} is none of ids, past, counts, last, positions",
                         name);
    }
  }
  for (const auto& [name, type] : signature.states) {
    ASSAY_TRY(HostTensor state, HostTensor::create(type));
    session.states_.push_back(std::move(state));
  }
  if (signature.outputs.size() != 1 || signature.outputs[0].second.shape.rank() != 2) {
    return Error::user("no decoder: its only output should be the scores [batch, vocabulary]");
  }
  ASSAY_TRY(session.logits_, HostTensor::create(signature.outputs[0].second));
  return session;
}

Result<std::shared_ptr<backend::Executable>> TextSession::executable_for(std::int64_t sequence) {
  const graph::Bindings bindings{
      {"batch", options_.rows}, {"sequence", sequence}, {"capacity", options_.capacity}};
  // One model, one device: only the sizes tell its plans apart.
  const plan::PlanKey key{
      .graph = "", .weights = "", .device = "", .options = "", .bindings = bindings};
  return plans_->get(key, [&] { return model_->prepare(bindings); });
}

TextSession::Arguments TextSession::lay_out(const std::vector<std::vector<TokenId>>& tokens,
                                            std::int64_t sequence) const {
  Arguments arguments;
  for (std::size_t row = 0; row < tokens.size(); ++row) {
    const auto count = static_cast<std::int32_t>(tokens[row].size());
    const auto past = static_cast<std::int32_t>(lengths_[row]);
    arguments.past.push_back(past);
    arguments.counts.push_back(count);
    arguments.last.push_back(std::max(count - 1, 0));
    for (std::int32_t i = 0; i < sequence; ++i) {
      const bool is_real = i < count;
      arguments.ids.push_back(
          is_real ? static_cast<std::int32_t>(tokens[row][static_cast<std::size_t>(i)]) : 0);
      arguments.positions.push_back(is_real ? past + i : 0);  // Padding is calculated and dropped.
    }
  }
  return arguments;
}

Result<void> TextSession::run(backend::Executable& executable, const Arguments& arguments) {
  std::vector<tensor::ConstAnyView> inputs;
  for (const auto& [name, type] : executable.signature().inputs) {
    inputs.push_back(tensor::dense_view(
        static_cast<const void*>(argument_named(arguments, name)->data()), type));
  }
  std::vector<tensor::AnyView> states;
  for (HostTensor& state : states_) {
    states.push_back(state.view());
  }
  const std::array<tensor::AnyView, 1> outputs{logits_.view()};
  return executable.run({.inputs = inputs, .states = states, .outputs = outputs});
}

Result<std::vector<std::span<const float>>> TextSession::append(
    const std::vector<std::vector<TokenId>>& tokens) {
  if (tokens.size() != lengths_.size()) {
    return Error::user("tokens for {} rows, the session has {}", tokens.size(), lengths_.size());
  }
  std::int64_t sequence = 0;
  for (std::size_t row = 0; row < tokens.size(); ++row) {
    const std::int64_t count = std::ssize(tokens[row]);
    if (lengths_[row] + count > options_.capacity) {
      return Error::user("row {} holds {} tokens, {} more exceed its capacity of {}", row,
                         lengths_[row], count, options_.capacity);
    }
    sequence = std::max(sequence, count);
  }
  if (sequence == 0) return Error::user("no row has a token to append");
  ASSAY_TRY(const auto executable, executable_for(sequence));
  ASSAY_TRY_VOID(run(*executable, lay_out(tokens, sequence)));
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
