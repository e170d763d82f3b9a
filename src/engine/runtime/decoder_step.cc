// SPDX-License-Identifier: MIT
#include "engine/runtime/decoder_step.h"

#include <algorithm>

namespace assay::runtime {

graph::Bindings decoder_bindings(std::int64_t rows, std::int64_t sequence, std::int64_t capacity) {
  return {{"batch", rows}, {"sequence", sequence}, {"capacity", capacity}};
}

Result<void> check_is_decoder(const backend::Signature& signature) {
  for (const auto& [name, type] : signature.inputs) {
    if (DecoderStep().argument_named(name) == nullptr) {
      return Error::user("no decoder: its input {} is none of ids, past, counts, last, positions",
                         name);
    }
  }
  if (signature.outputs.empty() || signature.outputs[0].second.shape.rank() != 2 ||
      signature.outputs[0].second.dtype != tensor::DType::kF32) {
    return Error::user("no decoder: its first output should be the scores f32 [rows, vocabulary]");
  }
  return {};
}

Result<DecoderStep> DecoderStep::create(const std::vector<std::vector<TokenId>>& tokens,
                                        const std::vector<std::int64_t>& lengths,
                                        std::int64_t capacity) {
  if (tokens.size() != lengths.size()) {
    return Error::user("tokens for {} rows, the session has {}", tokens.size(), lengths.size());
  }
  DecoderStep step;
  for (std::size_t row = 0; row < tokens.size(); ++row) {
    const std::int64_t count = std::ssize(tokens[row]);
    if (lengths[row] + count > capacity) {
      return Error::user("row {} holds {} tokens, {} more exceed its capacity of {}", row,
                         lengths[row], count, capacity);
    }
    step.sequence_ = std::max(step.sequence_, count);
  }
  if (step.sequence_ == 0) return Error::user("no row has a token to append");
  for (std::size_t row = 0; row < tokens.size(); ++row) {
    const auto count = static_cast<std::int32_t>(tokens[row].size());
    const auto past = static_cast<std::int32_t>(lengths[row]);
    step.past_.push_back(past);
    step.counts_.push_back(count);
    step.last_.push_back(std::max(count - 1, 0));
    for (std::int32_t i = 0; i < step.sequence_; ++i) {
      const bool is_real = i < count;
      step.ids_.push_back(
          is_real ? static_cast<std::int32_t>(tokens[row][static_cast<std::size_t>(i)]) : 0);
      step.positions_.push_back(is_real ? past + i : 0);  // Padding is calculated and dropped.
    }
  }
  return step;
}

const std::vector<std::int32_t>* DecoderStep::argument_named(std::string_view name) const {
  if (name == "ids") return &ids_;
  if (name == "past") return &past_;
  if (name == "counts") return &counts_;
  if (name == "last") return &last_;
  if (name == "positions") return &positions_;
  return nullptr;
}

Result<void> DecoderStep::run(backend::Executable& executable,
                              std::span<const tensor::AnyView> states,
                              std::span<const tensor::AnyView> outputs) const {
  std::vector<tensor::ConstAnyView> inputs;
  for (const auto& [name, type] : executable.signature().inputs) {
    const std::vector<std::int32_t>* argument = argument_named(name);
    ASSAY_CHECK(argument != nullptr, "the executable is a decoder's");
    inputs.push_back(tensor::dense_view(static_cast<const void*>(argument->data()), type));
  }
  return executable.run({.inputs = inputs, .states = states, .outputs = outputs});
}

}  // namespace assay::runtime
