// SPDX-License-Identifier: MIT
// What the arms of a trial are all asked: a model with its data, so many calls of it, or so many
// tokens behind a prompt; and the right answer, which a judge calculates once for all of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "djinn/client/session.h"
#include "engine/backend/registry.h"
#include "lab/workload/model_check.h"
#include "lab/workload/model_inputs.h"

namespace assay::workload {

struct ServedTask {
  std::string model;
  std::int64_t requests = 1;  ///< Calls of a unit.
  std::int64_t decode = 0;    ///< Tokens that a decoder writes behind the prompt of each row.
  std::uint64_t seed = 0;
  ModelSizes sizes = {};  ///< Of a call; of a decoder: rows, and the tokens of a prompt.

  graph::Graph graph = {};
  graph::NodeTypes types = {};    ///< Of a call; of a decoder: of the prompt.
  ModelArguments arguments = {};  ///< Of a call.
  djinn::RowTokens prompts = {};  ///< Of a decoder.
  Bytes weights{0};
  Bytes states{0};      ///< Of a decoder, with all its tokens.
  Bytes scratch{0};     ///< More than any plan of it needs.
  double products = 0;  ///< Of a unit: multiply-adds times two.

  bool is_decoder() const { return decode > 0; }
  std::int64_t capacity() const { return sizes.sequence + decode; }  ///< Of a row.
  /// That have to be computed: the last one that was written is not put through the model.
  std::int64_t tokens_needed() const { return sizes.batch * (sizes.sequence + decode - 1); }
  std::int64_t parameters() const;
};

/// Names a folder with a decoder as Hugging Face's tools leave it: "checkpoint:models/gpt2".
inline constexpr std::string_view kCheckpoint = "checkpoint:";
/// A name of the list, or a checkpoint whose folder is there.
Result<void> check_model_name(const std::string& name);
/// Of the checkpoint, or seeded: the same for all who ask.
Result<graph::Weights> weights_of(const ServedTask& task);

/// Fills in the rest of what is asked by model, sizes, requests, decode and seed. A user error
/// where they do not go together.
Result<std::shared_ptr<const ServedTask>> make_task(ServedTask asked);

/// The judge's answers to the last task that was asked about.
class AnswerBook {
 public:
  explicit AnswerBook(std::shared_ptr<const backend::Registry> devices)
      : devices_(std::move(devices)) {}
  /// Every output of every call.
  Result<Verdict> check_calls(const ServedTask& task,
                              const std::vector<std::vector<tensor::HostTensor>>& answers);
  /// Every token of every row.
  Result<Verdict> check_tokens(const ServedTask& task, const djinn::RowTokens& written);

 private:
  struct Page {
    std::string task;
    ModelExpectation calls;
    djinn::RowTokens tokens;
    std::string method;
  };
  Result<const Page*> page_of(const ServedTask& task);
  Result<void> judge_tokens(const ServedTask& task, Page& page) const;

  std::shared_ptr<const backend::Registry> devices_;
  std::optional<Page> page_;
};

}  // namespace assay::workload
