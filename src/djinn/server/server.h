// SPDX-License-Identifier: MIT
// The daemon without its command line: one thread waits for all clients and answers what needs no
// device at once; another one computes and sends what it computed (executor.h); a third moves
// states (session_keeper.h). Work that took no longer than a thread takes to wake up is done by the
// first one, while nothing else is under way.
//
//   ASSAY_TRY(auto server, Server::create(*device, options, clock));
//   server->addresses();         // With the ports that the system chose.
//   ASSAY_TRY_VOID(server->run());   // Until stop() from any thread; what is under way is
//   finished.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "djinn/server/connection.h"
#include "djinn/server/executor.h"
#include "djinn/server/expected_times.h"
#include "djinn/server/service.h"
#include "djinn/transport/event_loop.h"
#include "djinn/transport/http_endpoint.h"
#include "djinn/transport/listener.h"
#include "djinn/transport/tls.h"

namespace assay::djinn {

struct ServerOptions {
  std::vector<Address> listen;
  AccessPolicy access = {};
  DeviceServiceOptions service;
  CreditLimits credits = {};
  ServiceOptions schedule{.slots = 8};
  /// What took less the last time counts as short; 0: the thread that hears never computes.
  Nanoseconds short_work{100'000};
  std::size_t connections_max = 1024;
  Bytes ring{std::int64_t{4} << 20U};     ///< Of each of a connection's two; 0: none are shared.
  Nanoseconds drain_max{10'000'000'000};  ///< After stop(): for those who take no answers.
  std::optional<Address> metrics = {};    ///< Where to be asked over HTTP; of this machine alone.
};

class Server {
 public:
  static Result<std::unique_ptr<Server>> create(backend::Device& device,
                                                const ServerOptions& options, const Clock& clock);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::vector<Address> addresses() const;
  std::vector<std::string> describe_memory() const;
  std::optional<Address> metrics_address() const;
  Result<void> run();
  void stop();

 private:
  Server(const ServerOptions& options, const Clock& clock, std::unique_ptr<EventLoop> loop,
         Epoch epoch);

  // Of connections, in server.cc:
  Result<void> listen_all();
  void accept_from(Listener& listener);
  Result<std::unique_ptr<Connection>> connection_over(std::unique_ptr<SocketStream> socket,
                                                      const Address& at) const;
  void pause_accepting(Listener& listener);
  void on_ready(ConnectionId id, Ready ready);
  void settle(ConnectionId id);
  void close(ConnectionId id);
  void drain();
  void finish_if_drained();
  // Over HTTP, in server_metrics.cc:
  Result<void> listen_for_metrics();
  HttpAnswer answer_http(std::string_view path) const;
  // Of requests, in server_requests.cc:
  void take(ConnectionId id, Connection& connection, Arrived arrived);
  Answer greet(Connection& connection, const Frame& frame);
  std::optional<Answer> answer_at_once(ConnectionId id, Connection& connection, const Frame& frame);
  void start_work(ConnectionId id, const std::shared_ptr<Connection>& connection);
  /// Where an answer goes: to whom, which request, and how it was asked for.
  struct AnsweredTo {
    ConnectionId id = kNobody;
    std::shared_ptr<Connection> connection;
    FrameHeader header;
    std::uint64_t shape = 0;
  };
  void answer(const AnsweredTo& to, Answer answer, Nanoseconds took);
  void end_request(const AnsweredTo& to, Nanoseconds took);
  bool is_short(const AnsweredTo& to) const;
  void park(SessionId session, ServiceRequest scheduled, std::unique_ptr<Job> job);
  void unpark(SessionId session);
  ServiceRequest scheduled(const Connection& connection, const FrameHeader& header) const;
  void deliver(ConnectionId id, const FrameHeader& request, Answer answer, bool is_final);
  std::string describe_connections() const;
  void expire_sessions();

  ServerOptions options_;
  const Clock* clock_;
  std::unique_ptr<EventLoop> loop_;
  Epoch epoch_;
  std::optional<TlsContext> tls_;
  std::vector<Listener> listeners_;
  std::map<ConnectionId, std::shared_ptr<Connection>> connections_;
  ConnectionId id_last_ = kNobody;
  ExpectedTimes times_;
  std::thread::id loop_thread_;  ///< Of run().
  bool is_draining_ = false;
  /// Work whose session's state is on its way to the device: others compute meanwhile.
  struct Parked {
    ServiceRequest scheduled;
    std::unique_ptr<Job> job;
    EventLoop::TimerId timer;
  };
  std::multimap<SessionId, Parked> parked_;
  std::unique_ptr<DeviceService> service_;
  std::unique_ptr<Executor> executor_;  ///< Ends first.
  std::unique_ptr<HttpEndpoint> metrics_;
};

}  // namespace assay::djinn
