// SPDX-License-Identifier: MIT
#include "djinn/server/service.h"

#include <algorithm>
#include <new>

#include "djinn/server/append_work.h"

namespace assay::djinn {

Result<std::unique_ptr<DeviceService>> DeviceService::create(backend::Device& device,
                                                             const DeviceServiceOptions& options,
                                                             const Clock& clock,
                                                             const ServiceEvents& events) {
  ASSAY_TRY(auto memory, DeviceMemory::create(options.memory));
  std::unique_ptr<DeviceService> service(new DeviceService(device, options, std::move(memory)));
  const auto on_admitted = [deliver = events.deliver](const WaitingOpen& to,
                                                      const Served<VerdictMessage>& verdict) {
    deliver(to, verdict ? Answer::of(*verdict) : Answer::of(verdict.error()));
  };
  ASSAY_TRY(service->sessions_,
            SessionKeeper::create(*service->memory_, options.sessions, clock,
                                  {.on_admitted = on_admitted, .on_resident = events.on_resident}));
  service->publish();
  return service;
}

DeviceService::DeviceService(backend::Device& device, const DeviceServiceOptions& options,
                             std::unique_ptr<DeviceMemory> memory)
    : memory_(std::move(memory)),
      weights_(memory_->text()),
      models_(device, memory_->text(), weights_, options.plans, options.threads),
      values_(options.values) {}

namespace {

/// What the machine has no memory for is refused to the one who asked, and the others go on.
template <class Serve>
Served<Answer> within_memory(Serve&& serve) {
  try {
    return serve();
  } catch (const std::bad_alloc&) {
    return Failure(ErrorCode::kOverloaded, "the server's machine has no memory for it");
  }
}

}  // namespace

template <class Message>
Served<Answer> DeviceService::with(Request& request,
                                   Served<Answer> (DeviceService::*method)(Request&,
                                                                           const Message&)) {
  auto message = decode<Message>(request.frame.body.bytes());
  if (!message) return Failure(ErrorCode::kMalformed, message.error().to_string());
  return (this->*method)(request, *message);
}

Served<Answer> DeviceService::dispatch(Request& request) {
  switch (request.frame.header.opcode) {
    case Opcode::kFindWeights:
      return with(request, &DeviceService::find_weights);
    case Opcode::kPutWeight:
      return with(request, &DeviceService::put_weight);
    case Opcode::kLoadModel:
      return with(request, &DeviceService::load_model);
    case Opcode::kOpenSession:
      return with(request, &DeviceService::open_session);
    case Opcode::kResumeSession:
      return with(request, &DeviceService::resume_session);
    case Opcode::kCloseSession:
      return with(request, &DeviceService::close_session);
    case Opcode::kCall:
      return with(request, &DeviceService::call);
    case Opcode::kAppend:
      return with(request, &DeviceService::append);
    case Opcode::kFetch:
      return with(request, &DeviceService::fetch);
    case Opcode::kRelease:
      return with(request, &DeviceService::release);
    case Opcode::kFlushPlans:
      return with(request, &DeviceService::flush_plans);
    default:
      return Failure::because(ErrorCode::kUnsupported, "{} is not for the device",
                              to_text(request.frame.header.opcode));
  }
}

Answer DeviceService::serve(Request& request) {
  request.clock.lap(&StageTimers::queue);
  if (const auto failure = unwanted(request, request.clock.now())) {
    const FrameHeader& header = request.frame.header;
    if (header.opcode == Opcode::kAppend) sessions_->withdraw(request.connection, header.session);
    return Answer::of(*failure);
  }
  const Served<Answer> answer = within_memory([&] { return dispatch(request); });
  return answer ? *answer : Answer::of(answer.error());
}

void DeviceService::forget(ConnectionId connection) {
  sessions_->detach_all_of(connection);
  weights_.abandon_all_of(connection);
  values_.release_all_of(connection);
  loaded_.erase(connection);
  publish();
}

Served<Done> DeviceService::signal(ConnectionId connection, SessionHandle session,
                                   const SignalPhaseMessage& message) {
  return sessions_->signal(connection, session, message);
}

Served<Answer> DeviceService::find_weights(Request& /*request*/,
                                           const FindWeightsMessage& message) {
  return Answer::of(MissingWeightsMessage{weights_.missing(message.ids)});
}

Served<Answer> DeviceService::put_weight(Request& request, const PutWeightMessage& message) {
  const auto put = [&] {
    return weights_.put(request.connection, message, request.frame.payload.bytes());
  };
  auto stored = put();
  // Full, and not because another one sends it: models that nobody holds make room.
  while (!stored && stored.error().code == ErrorCode::kOverloaded && !stored.error().retry_after &&
         models_.unload_an_unused()) {
    stored = put();
  }
  if (!stored) return stored.error();
  publish();
  return Answer::of(*stored);
}

Served<Answer> DeviceService::load_model(Request& request, const LoadModelMessage& message) {
  const Nanoseconds began = request.clock.now();
  ASSAY_TRY(const ModelTable::Loaded loaded, models_.load(message, request.frame.payload.bytes()));
  auto& held = loaded_[request.connection];
  if (std::ranges::find(held, loaded.model) == held.end()) held.push_back(loaded.model);
  publish();
  return Answer::of(LoadedModelMessage{
      .model = loaded.model->id,
      .weight_bytes = static_cast<std::uint64_t>(loaded.model->weight_bytes.count()),
      .was_there = loaded.was_there,
      .load_time = request.clock.now() - began});
}

Served<Answer> DeviceService::open_session(Request& request, const OpenSessionMessage& message) {
  ASSAY_TRY(const auto model, models_.find(message.model));
  if (!model->has_states) {
    return Failure::because(ErrorCode::kInvalid, "model {} has no states: it is called, not opened",
                            model->name);
  }
  ASSAY_TRY(const auto executable,
            models_.executable(
                *model, runtime::decoder_bindings(message.rows, 1,
                                                  static_cast<std::int64_t>(message.tokens_max))));
  ASSAY_TRY_VOID(runtime::check_is_decoder(executable->signature()));
  ASSAY_TRY(const StateLayout layout, StateLayout::create(executable->signature().states));
  ASSAY_TRY(const VerdictMessage verdict, sessions_->open({.connection = request.connection,
                                                           .request = request.frame.header.request,
                                                           .stream = request.frame.header.stream,
                                                           .tenant = request.tenant,
                                                           .model = model,
                                                           .message = message,
                                                           .layout = layout}));
  return Answer::of(verdict);
}

Served<Answer> DeviceService::resume_session(Request& request,
                                             const ResumeSessionMessage& message) {
  ASSAY_TRY(const ResumedSessionMessage resumed,
            sessions_->resume(request.connection, message.capability));
  return Answer::of(resumed);
}

Served<Answer> DeviceService::close_session(Request& request,
                                            const CloseSessionMessage& /*message*/) {
  ASSAY_TRY_VOID(sessions_->close(request.connection, request.frame.header.session));
  return Answer::of(DoneMessage());
}

namespace {

Served<Done> check_call_policy(OutputPolicy policy) {
  if (policy != OutputPolicy::kLast && policy != OutputPolicy::kIds) return Done{};
  return Failure::because(ErrorCode::kInvalid,
                          "{} is for sessions; a call gives none, all or a handle",
                          to_text(policy));
}

/// What of the outputs travels, or stays under a handle.
template <class Message>
Served<Answer> answer_with(Message message, const std::shared_ptr<Values>& values,
                           OutputPolicy policy, ConnectionId connection, ValueTable& table,
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

}  // namespace

Served<Answer> DeviceService::call(Request& request, const CallMessage& message) {
  ASSAY_TRY_VOID(check_call_policy(message.policy));
  ASSAY_TRY(const auto model, models_.find(message.model));
  if (model->has_states) {
    return Failure::because(ErrorCode::kInvalid,
                            "model {} keeps states: open a session and append to it", model->name);
  }
  ASSAY_TRY(const auto views, views_of(message.inputs, request.frame.payload.bytes()));
  ASSAY_TRY(const graph::Bindings bindings, bindings_of(model->graph, message.inputs));
  request.clock.lap(&StageTimers::bind);
  ASSAY_TRY(const auto executable, models_.executable(*model, bindings));
  request.clock.lap(&StageTimers::plan);
  std::vector<tensor::ConstAnyView> inputs;
  for (const auto& [name, type] : executable->signature().inputs) {
    const auto at = std::ranges::find(message.inputs, name, &TensorRecord::name);
    ASSAY_CHECK(at != message.inputs.end(), "every input was bound");
    inputs.push_back(views[static_cast<std::size_t>(at - message.inputs.begin())]);
  }
  ASSAY_TRY(const auto values, Values::create(executable->signature().outputs));
  const std::vector<tensor::AnyView> outputs = values->views();
  request.clock.lap(&StageTimers::bind);
  ASSAY_TRY_VOID(executable->run({.inputs = inputs, .states = {}, .outputs = outputs}));
  request.clock.lap(&StageTimers::execute);
  return answer_with(CallResultMessage(), values, message.policy, request.connection, values_,
                     request.clock);
}

namespace {

/// What a session can be asked for, before anything runs.
Served<Done> check_append_policy(const AppendMessage& message) {
  if (message.generate == 0 || message.policy != OutputPolicy::kAll) return Done{};
  return Failure(ErrorCode::kInvalid,
                 "all logits of generated tokens: append with generate 0, or ask for last_logits");
}

Served<Done> check_outputs(const AppendMessage& message, const ServedModel& model) {
  const bool one_each =
      std::ranges::all_of(message.counts, [](std::uint32_t count) { return count <= 1; });
  if (message.policy != OutputPolicy::kAll || one_each || model.graph.outputs().size() > 1) {
    return Done{};
  }
  return Failure::because(ErrorCode::kUnsupported,
                          "model {} gives the last logits only: build it to give all, or ask for "
                          "last_logits",
                          model.name);
}

AppendResultMessage result_of(const AppendMessage& message, const KeptSession& session,
                              const AppendWork& work) {
  AppendResultMessage result{
      .sequence = message.sequence,
      .tokens_held = static_cast<std::uint64_t>(std::ranges::max(session.lengths)),
      .counts = std::vector<std::uint32_t>(session.lengths.size())};
  for (std::size_t row = 0; row < work.generated().size(); ++row) {
    const auto& ids = work.generated()[row];
    result.counts[row] = static_cast<std::uint32_t>(ids.size());
    result.ids.insert(result.ids.end(), ids.begin(), ids.end());
  }
  return result;
}

}  // namespace

Served<Answer> DeviceService::append(Request& request, const AppendMessage& message) {
  ASSAY_TRY_VOID(check_append_policy(message));
  const Nanoseconds began = request.clock.now();
  ASSAY_TRY(KeptSession* const session,
            sessions_->begin(request.connection, request.frame.header.session));
  request.clock.lap(&StageTimers::restore);
  const Lengths before = session->lengths;
  AppendWork work(request, message, *session, *sessions_, models_);
  const auto serve = [&]() -> Served<Answer> {
    if (message.sequence == session->sequence && session->last) return *session->last;
    if (message.sequence != session->sequence + 1) {
      return Failure::because(ErrorCode::kInvalid,
                              "request {} of the session; expected {}: they come in order",
                              message.sequence, session->sequence + 1);
    }
    ASSAY_TRY_VOID(check_outputs(message, *session->model));
    ASSAY_TRY_VOID(work.run());
    ASSAY_TRY(Answer answer,
              answer_with(result_of(message, *session, work), work.outputs(), message.policy,
                          request.connection, values_, request.clock));
    sessions_->remember(*session, message.sequence, answer, request.clock.now() - began);
    return answer;
  };
  const Served<Answer> answer = within_memory(serve);
  sessions_->end(*session, answer ? std::nullopt : std::optional(before));
  return answer;
}

Served<Answer> DeviceService::fetch(Request& request, const FetchMessage& message) {
  ASSAY_TRY(const auto values, values_.find(request.connection, message.handle));
  if (message.output >= values->count()) {
    return Failure::because(ErrorCode::kInvalid, "output {} of {}", message.output,
                            values->count());
  }
  tensor::ConstAnyView view = values->view(message.output);
  if (message.slice) {
    const std::int64_t rows = view.type.shape.rank() > 0 ? view.type.shape[0] : 0;
    if (message.slice->end > static_cast<std::uint64_t>(rows)) {
      return Failure::because(ErrorCode::kInvalid, "rows {} to {} of {}", message.slice->begin,
                              message.slice->end, to_text(view.type));
    }
    const auto first = static_cast<std::int64_t>(message.slice->begin);
    const std::int64_t row_size = view.strides[0] * tensor::size_of(view.type.dtype);
    tensor::TensorType type = view.type;
    type.shape[0] = static_cast<std::int64_t>(message.slice->end) - first;
    view = tensor::dense_view(
        static_cast<const void*>(static_cast<const std::byte*>(view.data) + first * row_size),
        type);
  }
  TensorPacker packer;
  const FetchedMessage fetched{packer.add(values->name(message.output), view)};
  if (packer.size() > limits_of(Opcode::kFetched).payload_max) {
    return Failure(ErrorCode::kTooLarge, "more than one answer carries: fetch slices");
  }
  Answer answer = Answer::of(fetched);
  answer.payload.assign(packer.parts().begin(), packer.parts().end());
  answer.owner = values;
  return answer;
}

Served<Answer> DeviceService::release(Request& request, const ReleaseMessage& message) {
  ASSAY_TRY_VOID(values_.release(request.connection, message.handle));
  return Answer::of(DoneMessage());
}

Served<Answer> DeviceService::flush_plans(Request& /*request*/,
                                          const FlushPlansMessage& /*message*/) {
  return Answer::of(FlushedPlansMessage{static_cast<std::uint64_t>(models_.flush_plans())});
}

}  // namespace assay::djinn
