// SPDX-License-Identifier: MIT
// Tensors that a request made: written by the engine, sent from where they lie, or kept under a
// handle until somebody fetches them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "djinn/server/failure.h"
#include "djinn/server/stage_clock.h"
#include "djinn/wire/buffer.h"
#include "djinn/wire/frame.h"
#include "djinn/wire/model_messages.h"
#include "djinn/wire/tensor_record.h"

namespace assay::djinn {

class Values {
 public:
  /// Memory for each, zeroed only where nothing is written. An error where it cannot be counted.
  static Result<std::shared_ptr<Values>> create(
      const std::vector<std::pair<std::string, tensor::TensorType>>& types);

  std::vector<tensor::AnyView> views();
  std::size_t count() const { return types_.size(); }
  const std::string& name(std::size_t index) const { return types_[index].first; }
  tensor::ConstAnyView view(std::size_t index) const;
  Bytes size() const { return size_; }
  /// A copy of rows [first, first + count) of each, whose first axis counts rows.
  Result<std::shared_ptr<Values>> rows_of(std::int64_t first, std::int64_t count) const;

 private:
  std::vector<std::pair<std::string, tensor::TensorType>> types_;
  std::vector<Buffer> memory_;
  Bytes size_;
};

/// What goes back to the client. The payload's parts live as long as `owner`.
struct Answer {
  Opcode opcode = Opcode::kError;
  std::vector<std::byte> body = {};
  std::vector<std::span<const std::byte>> payload = {};
  std::shared_ptr<const void> owner = nullptr;
  bool closes_connection =
      false;  ///< Bytes that mean nothing: whoever sent them is not listened to.

  template <class Message>
  static Answer of(const Message& message) {
    return {.opcode = Message::kOpcode, .body = encode(message)};
  }
  static Answer of(const Failure& failure) {
    Answer answer = of(failure.to_message());
    answer.closes_connection = failure.code == ErrorCode::kMalformed;
    return answer;
  }
};

/// Outputs of one request on their way into its answer.
struct PackedValues {
  std::vector<TensorRecord> records = {};
  std::vector<std::span<const std::byte>> parts = {};
};
/// Those from `first`, `count` of them. kTooLarge where one frame cannot carry them.
Served<PackedValues> pack(const Values& values, std::size_t first, std::size_t count);

/// Values under handles: a place and how often it was used. Each belongs to the connection that
/// made it.
class ValueTable {
 public:
  explicit ValueTable(Bytes limit) : limit_(limit) {}

  /// kOverloaded where it would exceed the limit: release something first.
  Served<ValueHandle> keep(std::uint64_t connection, std::shared_ptr<const Values> values);
  Served<std::shared_ptr<const Values>> find(std::uint64_t connection, ValueHandle handle) const;
  Served<Done> release(std::uint64_t connection, ValueHandle handle);
  void release_all_of(std::uint64_t connection);
  Bytes held() const { return held_; }
  std::size_t count() const;

 private:
  struct Entry {
    std::uint32_t generation = 0;
    std::uint64_t connection = 0;
    std::shared_ptr<const Values> values;  ///< None: the place is free.
  };
  Served<std::size_t> place_of(std::uint64_t connection, ValueHandle handle) const;
  void empty(Entry& entry);

  Bytes limit_;
  Bytes held_;
  std::vector<Entry> entries_;
};

/// What of the outputs travels, or stays under a handle.
template <class Message>
Served<Answer> answer_with(Message message, const std::shared_ptr<Values>& values,
                           OutputPolicy policy, std::uint64_t connection, ValueTable& table,
                           StageClock& clock) {
  PackedValues packed;
  const bool gives_all = policy == OutputPolicy::kAll;
  if (gives_all || policy == OutputPolicy::kLast) {
    ASSAY_TRY(packed, pack(*values, 0, gives_all ? values->count() : 1));
    message.outputs = packed.records;
  }
  if (policy == OutputPolicy::kHandle) {
    ASSAY_TRY(message.handle, table.keep(connection, values));
  }
  clock.lap(&StageTimers::output);
  message.timers = clock.timers();
  Answer answer = Answer::of(message);
  answer.payload = std::move(packed.parts);
  if (!answer.payload.empty()) answer.owner = values;
  return answer;
}

}  // namespace assay::djinn
