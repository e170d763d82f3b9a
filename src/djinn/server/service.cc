// SPDX-License-Identifier: MIT
#include "djinn/server/service.h"

#include <algorithm>

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
      values_(options.values),
      lanes_(memory_->stack()),
      batch_rows_(options.batch_rows) {}

/// Anything that is done in one step.
class DeviceJob final : public Job {
 public:
  DeviceJob(DeviceService& service, std::unique_ptr<Request> request, OnAnswer on_answer)
      : service_(&service), request_(std::move(request)), on_answer_(std::move(on_answer)) {}

  void step(std::span<Job* const> /*others*/) override {
    const Nanoseconds began = request_->clock.now();
    Answer answer = service_->serve_at_once(*request_);
    count_step();
    set_done();
    on_answer_(std::move(answer), request_->clock.now() - began);
  }

 private:
  DeviceService* service_;
  std::unique_ptr<Request> request_;
  OnAnswer on_answer_;
};

std::unique_ptr<Job> DeviceService::job_for(std::unique_ptr<Request> request, OnAnswer on_answer) {
  if (request->frame.header.opcode != Opcode::kAppend) {
    return std::make_unique<DeviceJob>(*this, std::move(request), std::move(on_answer));
  }
  const Desk desk{.sessions = sessions_.get(),
                  .models = &models_,
                  .values = &values_,
                  .lanes = &lanes_,
                  .counts = &steps_,
                  .batch_rows = batch_rows_};
  return std::make_unique<AppendWork>(std::move(request), desk, std::move(on_answer));
}

Answer DeviceService::serve(std::unique_ptr<Request> request) {
  Answer told;
  const auto job =
      job_for(std::move(request), [&](Answer answer, Nanoseconds) { told = std::move(answer); });
  while (!job->is_done())
    job->step({});
  return told;
}

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
    case Opcode::kFetch:
      return with(request, &DeviceService::fetch);
    case Opcode::kRelease:
      return with(request, &DeviceService::release);
    case Opcode::kFlushPlans:
      return with(request, &DeviceService::flush_plans);
    case Opcode::kUnloadModel:
      return with(request, &DeviceService::unload_model);
    default:
      return Failure::because(ErrorCode::kUnsupported, "{} is not for the device",
                              to_text(request.frame.header.opcode));
  }
}

Answer DeviceService::serve_at_once(Request& request) {
  request.clock.lap(&StageTimers::queue);
  if (const auto failure = unwanted(request, request.clock.now())) return Answer::of(*failure);
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

Served<Answer> DeviceService::flush_plans(Request& /*request*/, const FlushPlansMessage& message) {
  if (!message.model) {
    return Answer::of(FlushedPlansMessage{static_cast<std::uint64_t>(models_.flush_plans())});
  }
  ASSAY_TRY(const auto model, models_.find(*message.model));
  return Answer::of(
      FlushedPlansMessage{static_cast<std::uint64_t>(models_.flush_plans_of(*model))});
}

Served<Answer> DeviceService::unload_model(Request& request, const UnloadModelMessage& message) {
  std::vector<ContentId> weights;
  {
    ASSAY_TRY(const auto model, models_.find(message.model));
    weights = model->weights;
    std::erase(loaded_[request.connection], model);
  }
  UnloadedModelMessage unloaded{.is_gone = models_.unload_if_unused(message.model)};
  if (unloaded.is_gone && message.drops_weights) {
    unloaded.weights_dropped = static_cast<std::uint64_t>(weights_.drop(weights));
  }
  publish();
  return Answer::of(unloaded);
}

}  // namespace assay::djinn
