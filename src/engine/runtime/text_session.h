// SPDX-License-Identifier: MIT
// A decoder with the keys and values of its rows: tokens are appended, the scores of the next one
// come back. Rows may be of different lengths and may be appended to in different amounts; a prompt
// can be continued at any time.
//
//   ASSAY_TRY(TextSession session, TextSession::create(model, {.rows = 2, .capacity = 1024}));
//   ASSAY_TRY(auto logits, session.append({{prompt_a}, {prompt_b}}));
//   logits[0]   // scores of row 0's next token
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/plan/plan_cache.h"
#include "engine/runtime/decoder_step.h"
#include "engine/tensor/host_tensor.h"

namespace assay::runtime {

struct TextSessionOptions {
  std::int64_t rows = 1;
  std::int64_t capacity = 1024;        ///< Tokens of a row.
  Bytes plans{std::int64_t{1} << 28};  ///< Arenas of prepared lengths that are kept.
};

class TextSession {
 public:
  /// `model` is a decoder as models::build_decoder writes it.
  static Result<TextSession> create(std::shared_ptr<backend::LoadedModel> model,
                                    const TextSessionOptions& options);

  /// Tokens for every row, none for a row that waits. A user error, and nothing changed, where a
  /// row would outgrow its capacity. The scores stay valid until the next call.
  Result<std::vector<std::span<const float>>> append(
      const std::vector<std::vector<TokenId>>& tokens);
  /// So that the next append of so many tokens to a row finds its plan.
  Result<void> prepare(std::int64_t tokens);
  /// Tokens that each row holds.
  const std::vector<std::int64_t>& lengths() const { return lengths_; }
  /// Forgets all but the first tokens of a row: a prompt can be taken up again from there.
  Result<void> truncate(std::int64_t row, std::int64_t length);
  plan::PlanCacheCounts plans() const { return plans_->counts(); }

 private:
  TextSession(std::shared_ptr<backend::LoadedModel> model, const TextSessionOptions& options);
  Result<std::shared_ptr<backend::Executable>> executable_for(std::int64_t sequence);

  std::shared_ptr<backend::LoadedModel> model_;
  TextSessionOptions options_;
  std::unique_ptr<plan::PlanCache> plans_;
  std::vector<tensor::HostTensor> states_;
  tensor::HostTensor logits_;
  std::vector<std::int64_t> lengths_;
};

}  // namespace assay::runtime
