// SPDX-License-Identifier: MIT
#include "engine/backend/device.h"

#include <algorithm>
#include <array>
#include <thread>

#include "core/nearest.h"
#include "engine/backend/host_stream.h"

namespace assay::backend {
namespace {

struct ModeName {
  CompileMode mode;
  std::string_view name;
};
constexpr std::array<ModeName, 4> kModeNames{{{CompileMode::kNone, "none"},
                                              {CompileMode::kDefault, "default"},
                                              {CompileMode::kReduceOverhead, "reduce-overhead"},
                                              {CompileMode::kMaxAutotune, "max-autotune"}}};

template <class View>
Result<void> check_group(std::string_view kind,
                         const std::vector<std::pair<std::string, TensorType>>& wanted,
                         std::span<const View> given) {
  if (given.size() != wanted.size()) {
    return Error::user("{}s: {} given, the graph has {}", kind, given.size(), wanted.size());
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto& [name, type] = wanted[i];
    if (!(given[i].type == type)) {
      return Error::user("{} {}: {} given, {} expected", kind, name, to_text(given[i].type),
                         to_text(type));
    }
    if (!is_dense(given[i].type, given[i].strides)) {
      return Error::user("{} {}: its elements do not lie one after another", kind, name);
    }
  }
  return {};
}

}  // namespace

std::string_view to_text(CompileMode mode) {
  return kModeNames[static_cast<std::size_t>(mode)].name;
}

Result<CompileMode> parse_compile_mode(std::string_view text) {
  std::vector<std::string> names;
  for (const ModeName& entry : kModeNames) {
    if (entry.name == text) return entry.mode;
    names.emplace_back(entry.name);
  }
  return Error::user("{}", unknown_name("compile mode", text, names));
}

std::string_view to_text(Choice choice) {
  static constexpr std::array<std::string_view, 3> kNames{"rule", "timed", "remembered"};
  return kNames[static_cast<std::size_t>(choice)];
}

std::int64_t ExecutableFacts::chosen(Choice choice) const {
  return std::ranges::count(steps, choice, &StepFacts::choice);
}

Signature signature_of(const graph::Graph& graph, const graph::NodeTypes& types) {
  ASSAY_CHECK_EQ(graph.nodes().size(), types.size(), "types are those of the graph");
  Signature signature;
  const auto add = [&](graph::NodeKind kind, auto& list) {
    for (const graph::NodeId id : graph.of_kind(kind)) {
      list.emplace_back(graph.node(id).name, types[index_of(id)]);
    }
  };
  add(graph::NodeKind::kInput, signature.inputs);
  add(graph::NodeKind::kState, signature.states);
  for (const graph::Output& output : graph.outputs()) {
    signature.outputs.emplace_back(output.name, types[index_of(output.node)]);
  }
  return signature;
}

Result<void> check_arguments(const Signature& signature, const RunArguments& arguments) {
  ASSAY_TRY_VOID(check_group("input", signature.inputs, arguments.inputs));
  ASSAY_TRY_VOID(check_group("state", signature.states, arguments.states));
  return check_group("output", signature.outputs, arguments.outputs);
}

Result<std::unique_ptr<Buffer>> Device::allocate(Bytes size) {
  return allocate_host_buffer(size);
}

Result<std::unique_ptr<Stream>> Device::open_stream() {
  return open_host_stream();
}

const Clock& Device::clock() const {
  static const SteadyClock machine;
  return machine;
}

void Device::idle_until(Nanoseconds time) {
  std::this_thread::sleep_until(std::chrono::steady_clock::time_point(time));
}

}  // namespace assay::backend
