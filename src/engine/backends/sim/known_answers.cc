// SPDX-License-Identifier: MIT
#include "engine/backends/sim/known_answers.h"

#include <algorithm>
#include <cstring>

namespace assay::sim {
namespace {

std::size_t bytes_of(const tensor::TensorType& type) {
  const auto count = tensor::element_count(type.shape);
  ASSAY_CHECK(count.has_value(), "a tensor that exists can be counted");
  return static_cast<std::size_t>(*count * tensor::size_of(type.dtype));
}

template <class View>
std::size_t bytes_of_all(std::span<const View> views) {
  std::size_t bytes = 0;
  for (const View& view : views) {
    bytes += bytes_of(view.type);
  }
  return bytes;
}

template <class View>
std::vector<std::byte> copied(std::span<const View> views) {
  std::vector<std::byte> bytes;
  bytes.reserve(bytes_of_all(views));
  for (const View& view : views) {
    const auto* first = static_cast<const std::byte*>(view.data);
    bytes.insert(bytes.end(), first, first + bytes_of(view.type));
  }
  return bytes;
}

bool hold(std::span<const backend::ConstAnyView> views, const std::vector<std::byte>& bytes) {
  const std::byte* next = bytes.data();
  return std::ranges::all_of(views, [&next](const backend::ConstAnyView& view) {
    const std::size_t size = bytes_of(view.type);
    const bool is_same = size == 0 || std::memcmp(view.data, next, size) == 0;
    next += size;
    return is_same;
  });
}

}  // namespace

bool KnownAnswers::recall(const backend::RunArguments& arguments) {
  const auto known = std::ranges::find_if(
      answers_, [&](const Answer& answer) { return hold(arguments.inputs, answer.inputs); });
  if (known == answers_.end()) return false;
  const std::byte* next = known->outputs.data();
  for (const backend::AnyView& output : arguments.outputs) {
    const std::size_t size = bytes_of(output.type);
    if (size > 0) std::memcpy(output.data, next, size);
    next += size;
  }
  return true;
}

void KnownAnswers::keep(const backend::RunArguments& arguments) {
  const std::size_t size = bytes_of_all(arguments.inputs) + bytes_of_all(arguments.outputs);
  if (static_cast<std::int64_t>(size) > size_max_.count()) return;
  answers_.push_front({.inputs = copied(arguments.inputs), .outputs = copied(arguments.outputs)});
  size_ += answers_.front().size();
  while (size_ > size_max_.count()) {
    size_ -= answers_.back().size();
    answers_.pop_back();
  }
}

}  // namespace assay::sim
