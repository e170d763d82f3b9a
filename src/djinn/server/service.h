// SPDX-License-Identifier: MIT
// What a server does for a request, without sockets: a frame in, an answer out. The work of one at
// a time takes a step, because a device does one thing at a time; signal() and stats() are answered
// beside it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "djinn/server/append_work.h"

namespace assay::djinn {

struct DeviceServiceOptions {
  DeviceMemoryOptions memory;
  SessionKeeperOptions sessions = {};
  int threads = 1;
  Bytes plans{std::int64_t{256} << 20U};   ///< Arenas of plans that are kept.
  Bytes values{std::int64_t{256} << 20U};  ///< Of outputs that are kept under handles.
  /// Rows that share a step of decoding, as far as the stack segment holds their lanes; 1: each
  /// session steps alone.
  std::int64_t batch_rows = 1;
};

/// What happens between requests. Called from any thread, under the lock of the sessions: nothing
/// is asked of the service from within.
struct ServiceEvents {
  /// An answer that comes later than serve() returned: to whom, and to which request.
  std::function<void(const WaitingOpen& to, Answer answer)> deliver;
  /// A state that was asked for is on the device.
  std::function<void(SessionId session)> on_resident;
};

class DeviceService {
 public:
  static Result<std::unique_ptr<DeviceService>> create(backend::Device& device,
                                                       const DeviceServiceOptions& options,
                                                       const Clock& clock,
                                                       const ServiceEvents& events);

  /// The work of everything but what the server's thread answers itself. A frame whose body means
  /// nothing is answered kMalformed.
  std::unique_ptr<Job> job_for(std::unique_ptr<Request> request, OnAnswer on_answer);
  /// All of that work at once, for who has no others to think of.
  Answer serve(std::unique_ptr<Request> request);
  /// What a connection leaves behind, and sessions whose lease is over; when to ask again.
  void forget(ConnectionId connection);
  std::optional<Nanoseconds> expire() { return sessions_->expire(); }

  // From any thread:
  Served<Done> signal(ConnectionId connection, SessionHandle session,
                      const SignalPhaseMessage& message);
  /// JSON; the server adds what it knows of connections. kInvalid names the sections there are.
  Served<std::string> stats(const std::string& section, const std::string& of_connections) const;
  SessionKeeper& sessions() { return *sessions_; }

 private:
  DeviceService(backend::Device& device, const DeviceServiceOptions& options,
                std::unique_ptr<DeviceMemory> memory);

  friend class DeviceJob;
  Answer serve_at_once(Request& request);
  template <class Message>
  Served<Answer> with(Request& request,
                      Served<Answer> (DeviceService::*method)(Request&, const Message&));
  Served<Answer> dispatch(Request& request);
  Served<Answer> find_weights(Request& request, const FindWeightsMessage& message);
  Served<Answer> put_weight(Request& request, const PutWeightMessage& message);
  Served<Answer> load_model(Request& request, const LoadModelMessage& message);
  Served<Answer> open_session(Request& request, const OpenSessionMessage& message);
  Served<Answer> resume_session(Request& request, const ResumeSessionMessage& message);
  Served<Answer> close_session(Request& request, const CloseSessionMessage& message);
  Served<Answer> call(Request& request, const CallMessage& message);
  Served<Answer> unload_model(Request& request, const UnloadModelMessage& message);
  Served<Answer> fetch(Request& request, const FetchMessage& message);
  Served<Answer> release(Request& request, const ReleaseMessage& message);
  Served<Answer> flush_plans(Request& request, const FlushPlansMessage& message);

  /// What stats() tells of what only the serving thread looks at.
  struct Snapshot {
    SegmentReport text;
    TextCounts weights;
    std::uint64_t received = 0;
    Bytes values;
    struct LoadedFacts {
      std::string id, name;
      Bytes weight_bytes;
    };
    std::vector<LoadedFacts> models;
  };
  void publish();

  std::unique_ptr<DeviceMemory> memory_;
  WeightStore weights_;
  ModelTable models_;
  ValueTable values_;
  std::unique_ptr<SessionKeeper> sessions_;
  Lanes lanes_;
  StepCounts steps_;
  std::int64_t batch_rows_;
  /// Models that a connection loaded stay while it does.
  std::map<ConnectionId, std::vector<std::shared_ptr<const ServedModel>>> loaded_;
  mutable std::mutex snapshot_mutex_;
  Snapshot snapshot_;
};

}  // namespace assay::djinn
