// SPDX-License-Identifier: MIT
#include "engine/plan/planned_executable.h"

#include <algorithm>

namespace assay::plan {
namespace {

using backend::CompileMode;
using backend::KernelCall;
using backend::RunArguments;
using tensor::HostTensor;

/// Where the parts of this run begin.
struct Bases {
  const RunArguments& arguments;
  std::vector<std::byte*> buffers;
};

std::byte* address_of(const Place& place, const Bases& bases) {
  const auto index = static_cast<std::size_t>(place.index);
  switch (place.segment) {
    case Segment::kBuffer:
      return bases.buffers[index] + place.offset;
    case Segment::kInput:  // Never written: an input is only ever an operand.
      return const_cast<std::byte*>(
                 static_cast<const std::byte*>(bases.arguments.inputs[index].data)) +
             place.offset;
    case Segment::kState:
      return static_cast<std::byte*>(bases.arguments.states[index].data) + place.offset;
    case Segment::kOutput:
      return static_cast<std::byte*>(bases.arguments.outputs[index].data) + place.offset;
    case Segment::kWeight:
      return place.weight == nullptr ? nullptr
                                     : const_cast<std::byte*>(place.weight) + place.offset;
  }
  return nullptr;  // Not reached: -Wswitch keeps the list complete.
}

tensor::AnyView view_at(const Place& place, const Bases& bases) {
  return {.data = address_of(place, bases), .type = place.type, .strides = place.strides};
}

std::int64_t scratch_size(const Plan& plan, const Step& step) {
  return plan.buffers[static_cast<std::size_t>(step.scratch_buffer)].size.count();
}

/// Overwrites `call` in place: after the first time nothing is allocated.
void fill(const Plan& plan, const Step& step, const Bases& bases, KernelCall& call) {
  call.operands.resize(step.operands.size());
  for (std::size_t i = 0; i < step.operands.size(); ++i) {
    call.operands[i] = step.operands[i] ? tensor::ConstAnyView(view_at(*step.operands[i], bases))
                                        : tensor::ConstAnyView();
  }
  call.states.resize(step.states.size());
  for (std::size_t i = 0; i < step.states.size(); ++i) {
    call.states[i] = view_at(step.states[i], bases);
  }
  call.result = view_at(step.result, bases);
  if (step.scratch_buffer < 0) return;
  call.scratch = {bases.buffers[static_cast<std::size_t>(step.scratch_buffer)],
                  static_cast<std::size_t>(scratch_size(plan, step))};
}

Result<void> in_step(const Step& step, Result<void> outcome) {
  return std::move(outcome).context("in {} {}", step.facts.op, step.facts.name);
}

Result<HostTensor> bytes_tensor(Bytes size) {
  return HostTensor::create({tensor::DType::kU8, {size.count()}});
}

}  // namespace

PlannedExecutable::PlannedExecutable(Plan plan, backend::ExecutableFacts facts,
                                     std::shared_ptr<const void> owner)
    : owner_(std::move(owner)), plan_(std::move(plan)), facts_(std::move(facts)) {
  calls_.resize(plan_.steps.size());
}

Result<std::unique_ptr<backend::Executable>> PlannedExecutable::create(
    Plan plan, backend::ExecutableFacts facts, std::shared_ptr<const void> owner) {
  std::unique_ptr<PlannedExecutable> executable(
      new PlannedExecutable(std::move(plan), std::move(facts), std::move(owner)));
  const CompileMode mode = executable->facts_.mode;
  if (mode == CompileMode::kReduceOverhead || mode == CompileMode::kMaxAutotune) {
    ASSAY_TRY(executable->arena_, bytes_tensor(executable->plan_.arena.size));
  }
  return std::unique_ptr<backend::Executable>(std::move(executable));
}

Result<void> PlannedExecutable::run(const RunArguments& arguments) {
  if (facts_.mode == CompileMode::kNone) {
    ASSAY_TRY_VOID(check_arguments(plan_.signature, arguments));
    return run_eagerly(arguments);
  }
  if (facts_.mode == CompileMode::kDefault) {
    ASSAY_TRY_VOID(check_arguments(plan_.signature, arguments));
    ASSAY_TRY(HostTensor arena, bytes_tensor(plan_.arena.size));
    resolve(arguments, arena.bytes().data());
    return run_steps();
  }
  if (!is_resolved_for(arguments)) {
    ASSAY_TRY_VOID(check_arguments(plan_.signature, arguments));
    resolve(arguments, arena_.bytes().data());
  }
  return run_steps();
}

bool PlannedExecutable::is_resolved_for(const RunArguments& arguments) const {
  const std::size_t count =
      arguments.inputs.size() + arguments.states.size() + arguments.outputs.size();
  if (resolved_for_.empty() || resolved_for_.size() != count) return false;
  std::size_t next = 0;
  const auto same = [&](const auto& view) { return resolved_for_[next++] == view.data; };
  return std::ranges::all_of(arguments.inputs, same) &&
         std::ranges::all_of(arguments.states, same) &&
         std::ranges::all_of(arguments.outputs, same);
}

void PlannedExecutable::resolve(const RunArguments& arguments, std::byte* arena) {
  Bases bases{.arguments = arguments, .buffers = {}};
  for (const std::int64_t offset : plan_.arena.offsets) {
    bases.buffers.push_back(arena + offset);
  }
  for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
    fill(plan_, plan_.steps[i], bases, calls_[i]);
  }
  resolved_for_.clear();
  const auto note = [&](const auto& view) { resolved_for_.push_back(view.data); };
  std::ranges::for_each(arguments.inputs, note);
  std::ranges::for_each(arguments.states, note);
  std::ranges::for_each(arguments.outputs, note);
}

Result<void> PlannedExecutable::run_steps() {
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    if (Result<void> outcome = plan_.steps[i].kernel->run(calls_[i]); !outcome) {
      return in_step(plan_.steps[i], std::move(outcome));
    }
  }
  return {};
}

Result<void> PlannedExecutable::run_eagerly(const RunArguments& arguments) {
  std::vector<HostTensor> memory(plan_.buffers.size());
  Bases bases{.arguments = arguments, .buffers = {}};
  bases.buffers.resize(plan_.buffers.size());
  for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
    for (std::size_t b = 0; b < plan_.buffers.size(); ++b) {
      if (plan_.buffers[b].first_step != static_cast<int>(i)) continue;
      ASSAY_TRY(memory[b], bytes_tensor(plan_.buffers[b].size));
      bases.buffers[b] = memory[b].bytes().data();
    }
    fill(plan_, plan_.steps[i], bases, calls_[i]);
    ASSAY_TRY_VOID(in_step(plan_.steps[i], plan_.steps[i].kernel->run(calls_[i])));
    for (std::size_t b = 0; b < plan_.buffers.size(); ++b) {
      if (plan_.buffers[b].last_step == static_cast<int>(i)) memory[b] = HostTensor();
    }
  }
  return {};
}

}  // namespace assay::plan
