// SPDX-License-Identifier: MIT
#include "djinn/server/server.h"

#include <algorithm>

#include "djinn/server/drawn.h"

namespace assay::djinn {
namespace {

constexpr Nanoseconds kAcceptPause = 100ms;

}  // namespace

Result<std::unique_ptr<Server>> Server::create(backend::Device& device,
                                               const ServerOptions& options, const Clock& clock) {
  if (options.listen.empty()) return Error::user("no address to listen at");
  ASSAY_TRY(auto loop, EventLoop::create(clock));
  ASSAY_TRY(const Epoch epoch, draw_epoch());
  std::unique_ptr<Server> server(new Server(options, clock, std::move(loop), epoch));
  Server* const self = server.get();
  const ServiceEvents events{
      .deliver =
          [self](const WaitingOpen& to, Answer answer) {
            self->loop_->post(
                [self, connection = to.connection,
                 header = FrameHeader{.stream = to.stream, .request = to.request},
                 answer = std::move(answer)] { self->deliver(connection, header, answer, true); });
          },
      .on_resident = [self](SessionId id) { self->loop_->post([self, id] { self->unpark(id); }); }};
  ASSAY_TRY(server->service_, DeviceService::create(device, options.service, clock, events));
  ASSAY_TRY(server->executor_, Executor::create(options.schedule, clock));
  ASSAY_TRY_VOID(server->listen_all());
  ASSAY_TRY_VOID(server->listen_for_metrics().context("in the setting metrics"));
  return server;
}

Server::Server(const ServerOptions& options, const Clock& clock, std::unique_ptr<EventLoop> loop,
               Epoch epoch)
    : options_(options), clock_(&clock), loop_(std::move(loop)), epoch_(epoch) {}

Server::~Server() {
  for (auto& [id, connection] : connections_)
    connection->cancel_all();
}

Result<void> Server::listen_all() {
  if (options_.access.tls) {
    ASSAY_TRY(tls_, TlsContext::for_server(*options_.access.tls));
  }
  listeners_.reserve(options_.listen.size());  // Handlers refer to them.
  for (const Address& address : options_.listen) {
    ASSAY_TRY(Listener listener, Listener::create(address, options_.access));
    listeners_.push_back(std::move(listener));
    Listener* const from = &listeners_.back();
    ASSAY_TRY_VOID(loop_->watch(from->descriptor(), {.readable = true},
                                [this, from](Ready) { accept_from(*from); }));
  }
  return {};
}

std::vector<Address> Server::addresses() const {
  std::vector<Address> addresses;
  for (const Listener& listener : listeners_)
    addresses.push_back(listener.address());
  return addresses;
}

std::vector<std::string> Server::describe_memory() const {
  return service_->sessions().with_memory([](DeviceMemory& memory) { return memory.describe(); });
}

Result<void> Server::run() {
  loop_thread_ = std::this_thread::get_id();
  return loop_->run();
}

void Server::stop() {
  loop_->post([this] { drain(); });
}

void Server::accept_from(Listener& listener) {
  while (true) {
    auto stream = listener.accept();
    if (!stream) return pause_accepting(listener);
    if (*stream == nullptr) return;
    if (connections_.size() >= options_.connections_max) continue;
    const ConnectionId id = ++id_last_;
    auto connection = connection_over(*std::move(stream), listener.address());
    if (!connection) continue;
    const int descriptor = (*connection)->descriptor();
    connections_.emplace(id, *std::move(connection));
    const auto watched = loop_->watch(descriptor, {.readable = true},
                                      [this, id](Ready ready) { on_ready(id, ready); });
    if (!watched) connections_.erase(id);
  }
}

Result<std::unique_ptr<Connection>> Server::connection_over(std::unique_ptr<SocketStream> socket,
                                                            const Address& at) const {
  if (std::holds_alternative<UnixAddress>(at) || !tls_) {
    return std::make_unique<Connection>(std::move(socket), options_.credits, *clock_);
  }
  ASSAY_TRY(auto stream, tls_->accept(std::move(socket)));
  return std::make_unique<Connection>(std::move(stream), options_.credits, *clock_);
}

/// No descriptor or memory for one more: whoever waits goes on waiting, and the others go on.
void Server::pause_accepting(Listener& listener) {
  const int descriptor = listener.descriptor();
  std::ignore = loop_->change(descriptor, {});
  loop_->after(kAcceptPause, [this, descriptor] {
    if (!is_draining_) std::ignore = loop_->change(descriptor, {.readable = true});
  });
}

void Server::on_ready(ConnectionId id, Ready ready) {
  const auto at = connections_.find(id);
  if (at == connections_.end()) return;
  const std::shared_ptr<Connection> held = at->second;
  Connection& connection = *held;
  if (ready.readable && !connection.is_read_watched()) return close(id);  // It hung up.
  if (ready.readable) {
    const auto read =
        connection.read([&](Arrived arrived) { take(id, connection, std::move(arrived)); });
    if (!read && connection.defect() == FrameDefect::kNone) return close(id);
    if (!read) {
      const Failure failure(ErrorCode::kMalformed, read.error().to_string());
      connection.answer({}, Answer::of(failure), true);
    } else if (!*read) {
      connection.end_input();
    }
    start_work(id, held);
  }
  settle(id);
}

void Server::settle(ConnectionId id) {
  const auto at = connections_.find(id);
  if (at == connections_.end()) return;
  Connection& connection = *at->second;
  // Asked first: an answer that another thread says meanwhile may be the last one.
  const bool is_over = connection.is_closing() || connection.is_done();
  const auto flushed = connection.flush();
  if (!flushed || (*flushed && is_over)) return close(id);
  const bool is_read = connection.wants_to_read();
  connection.watch_reading(is_read);
  const auto changed = loop_->change(connection.descriptor(),
                                     {.readable = is_read, .writable = connection.has_unsent()});
  if (!changed) return close(id);
  if (connection.has_more()) {
    loop_->post([this, id] {
      const auto again = connections_.find(id);
      const bool is_read_on = again != connections_.end() && again->second->is_read_watched();
      if (is_read_on) on_ready(id, {.readable = true});
    });
  }
  if (is_draining_) finish_if_drained();
}

void Server::close(ConnectionId id) {
  const auto at = connections_.find(id);
  if (at == connections_.end()) return;
  loop_->forget(at->second->descriptor());
  const std::string tenant = at->second->tenant();
  at->second->cancel_all();
  at->second->shut();
  connections_.erase(at);
  // Whatever waits or runs for it was cancelled, and finds that nobody takes its answer.
  executor_->push({.tenant = tenant, .qos = QosClass::kRealtime}, make_job([this, id] {
                    service_->forget(id);
                    loop_->post([this] { expire_sessions(); });
                  }));
  if (is_draining_) finish_if_drained();
}

void Server::expire_sessions() {
  executor_->push({.tenant = {}, .qos = QosClass::kBatch}, make_job([this] {
                    const auto next = service_->expire();
                    if (!next) return;
                    loop_->post([this, wait = *next] {
                      loop_->after(std::max(wait, Nanoseconds(1ms)), [this] { expire_sessions(); });
                    });
                  }));
}

void Server::drain() {
  if (is_draining_) return;
  is_draining_ = true;
  for (const Listener& listener : listeners_)
    loop_->forget(listener.descriptor());
  listeners_.clear();
  loop_->after(options_.drain_max, [this] { loop_->stop(); });
  finish_if_drained();
}

void Server::finish_if_drained() {
  const bool is_idle = std::ranges::all_of(connections_, [](const auto& entry) {
    return entry.second->under_way() == 0 && !entry.second->has_unsent();
  });
  if (is_idle) loop_->stop();
}

}  // namespace assay::djinn
