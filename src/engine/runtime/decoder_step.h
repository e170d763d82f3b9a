// SPDX-License-Identifier: MIT
// New tokens for a decoder as the arguments of one run, over states that somebody else keeps: a
// TextSession in memory of its own, a server in the memory of its device.
//
//   ASSAY_TRY(const DecoderStep step, DecoderStep::create(tokens, lengths, capacity));
//   ... an executable for decoder_bindings(rows, step.sequence(), capacity) ...
//   ASSAY_TRY_VOID(step.run(executable, states, outputs));
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/backend/device.h"
#include "engine/models/tokenizer/byte_pairs.h"

namespace assay::runtime {

using models::TokenId;

graph::Bindings decoder_bindings(std::int64_t rows, std::int64_t sequence, std::int64_t capacity);
/// A user error where the inputs are not those of models::build_decoder, or the first output is not
/// the scores [rows, vocabulary].
Result<void> check_is_decoder(const backend::Signature& signature);

class DecoderStep {
 public:
  /// Tokens for every row, none for a row that waits; `lengths` are those that each row holds. A
  /// user error where a row would outgrow `capacity`, or there is nothing to do.
  static Result<DecoderStep> create(const std::vector<std::vector<TokenId>>& tokens,
                                    const std::vector<std::int64_t>& lengths,
                                    std::int64_t capacity);

  /// Of the longest row: what the executable is prepared for.
  std::int64_t sequence() const { return sequence_; }
  /// Checked: the executable's inputs are a decoder's.
  Result<void> run(backend::Executable& executable, std::span<const tensor::AnyView> states,
                   std::span<const tensor::AnyView> outputs) const;

 private:
  const std::vector<std::int32_t>* argument_named(std::string_view name) const;
  friend Result<void> check_is_decoder(const backend::Signature& signature);

  std::int64_t sequence_ = 0;
  std::vector<std::int32_t> ids_, past_, counts_, last_, positions_;
};

}  // namespace assay::runtime
