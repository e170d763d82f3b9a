// SPDX-License-Identifier: MIT
// The half of Server that looks at what clients say.
#include <algorithm>
#include <array>

#include "core/codec/json.h"
#include "core/hash.h"
#include "djinn/server/server.h"

namespace assay::djinn {
namespace {

constexpr std::uint32_t kStreamsMax = 1024;

template <class Message>
Served<Message> read(const Frame& frame) {
  auto message = decode<Message>(frame.body.bytes());
  if (message) return *std::move(message);
  return Failure(ErrorCode::kMalformed, message.error().to_string());
}

template <class Message>
Answer answer_of(const Served<Message>& served) {
  return served ? Answer::of(*served) : Answer::of(served.error());
}

/// Requests of one shape take about as long: calls with inputs of the same types, and pieces of as
/// many tokens for the same session.
std::uint64_t shape_of(const Frame& frame) {
  const FrameHeader& header = frame.header;
  if (header.opcode == Opcode::kCall) {
    const std::span<const std::byte> body = frame.body.bytes();
    return hash_bytes({reinterpret_cast<const char*>(body.data()), body.size()});
  }
  const std::array<std::uint64_t, 3> facts{
      static_cast<std::uint64_t>(header.opcode),
      (std::uint64_t{header.session.generation} << 32U) | header.session.index, header.body_size};
  return hash_bytes({reinterpret_cast<const char*>(facts.data()), sizeof(facts)});
}

Answer closing_failure(ErrorCode code, std::string message) {
  Answer answer = Answer::of(Failure(code, std::move(message)));
  answer.closes_connection = true;
  return answer;
}

}  // namespace

Answer Server::greet(Connection& connection, const Frame& frame) {
  const auto hello = read<HelloMessage>(frame);
  if (!hello) return Answer::of(hello.error());
  if (hello->version_min > kVersionMax || hello->version_max < kVersionMin) {
    return closing_failure(
        ErrorCode::kVersion,
        format("versions {} to {}; this server speaks {} to {}", hello->version_min,
               hello->version_max, kVersionMin, kVersionMax));
  }
  const bool may_share = connection.may_share_memory() && options_.ring > Bytes(0);
  const std::uint64_t offered = std::uint64_t{kFeatureChecksums} | std::uint64_t{kFeatureCopies} |
                                (may_share ? std::uint64_t{kFeatureSharedRing} : 0);
  if ((hello->features_required & ~offered) != 0) {
    return closing_failure(ErrorCode::kVersion,
                           format("features {:#x} are required; this server has {:#x}",
                                  hello->features_required, offered));
  }
  if (!token_matches(options_.access, hello->token)) {
    return closing_failure(ErrorCode::kUnauthorised, "the token is not the server's");
  }
  std::uint64_t features = (hello->features_wanted | hello->features_required) & offered;
  const auto ring_bytes = static_cast<std::size_t>(options_.ring.count());
  const bool is_shared =
      (features & kFeatureSharedRing) != 0 && connection.share_memory(ring_bytes).has_value();
  if (!is_shared) features &= ~std::uint64_t{kFeatureSharedRing};  // No memory: as ever, then.
  connection.greet(features, hello->tenant);
  WelcomeMessage welcome{.version = std::min(hello->version_max, kVersionMax),
                         .features = features,
                         .epoch = epoch_,
                         .server = "djinnd"};
  for (const Address& address : addresses())
    welcome.transports.push_back(to_text(address));
  welcome.ops_max = static_cast<std::uint32_t>(options_.credits.ops);
  welcome.bytes_max = static_cast<std::uint32_t>(
      std::min<std::int64_t>(options_.credits.bytes.count(), UINT32_MAX));
  welcome.streams_max = kStreamsMax;
  welcome.rows_max = kRowsMax;
  welcome.ring_bytes = is_shared ? ring_bytes : 0;
  welcome.lease = options_.service.sessions.lease;
  return Answer::of(welcome);
}

std::optional<Answer> Server::answer_at_once(ConnectionId id, Connection& connection,
                                             const Frame& frame) {
  switch (frame.header.opcode) {
    case Opcode::kHello:
      return greet(connection, frame);
    case Opcode::kPing: {
      const auto ping = read<PingMessage>(frame);
      if (!ping) return Answer::of(ping.error());
      PongMessage pong;
      pong.nonce = ping->nonce;
      return Answer::of(pong);
    }
    case Opcode::kSignalPhase: {
      const auto message = read<SignalPhaseMessage>(frame);
      if (!message) return Answer::of(message.error());
      const auto done = service_->signal(id, frame.header.session, *message);
      return done ? Answer::of(DoneMessage()) : Answer::of(done.error());
    }
    case Opcode::kCancel: {
      const auto message = read<CancelMessage>(frame);
      if (!message) return Answer::of(message.error());
      // One that is done already was too quick to be cancelled: its answer tells.
      connection.cancel(message->request);
      return Answer::of(DoneMessage());
    }
    case Opcode::kStats: {
      const auto message = read<StatsMessage>(frame);
      if (!message) return Answer::of(message.error());
      const auto text = service_->stats(message->section, describe_connections());
      return text ? Answer::of(StatsTextMessage{*text}) : Answer::of(text.error());
    }
    case Opcode::kGoodbye:
      connection.close_after_sending();
      return Answer::of(DoneMessage());
    default:
      return std::nullopt;
  }
}

void Server::take(ConnectionId id, Connection& connection, Arrived arrived) {
  if (connection.is_closing()) return;
  const FrameHeader header = arrived.frame.header;
  auto answer = answer_at_once(id, connection, arrived.frame);
  if (!answer && is_draining_) {
    answer = Answer::of(Failure(ErrorCode::kClosing, "the server is being stopped"));
  }
  if (!answer) return connection.queue(std::move(arrived));
  const bool is_told = !header.is_one_way || answer->opcode == Opcode::kError;
  if (is_told) connection.answer(header, *std::move(answer), true);
}

ServiceRequest Server::scheduled(const Connection& connection, const FrameHeader& header) const {
  ServiceRequest request{.tenant = connection.tenant(), .predicted = Nanoseconds(1ms)};
  switch (header.opcode) {
    case Opcode::kFindWeights:
    case Opcode::kPutWeight:
    case Opcode::kLoadModel:
      request.qos = QosClass::kBatch;  // Loading is long, and disturbs those who compute.
      break;
    case Opcode::kAppend:
      request.qos = service_->sessions().qos_of(header.session);
      request.predicted = service_->sessions().predicted(header.session);
      break;
    default:
      break;
  }
  if (header.deadline) request.deadline = clock_->now() + *header.deadline;
  return request;
}

bool Server::is_short(const AnsweredTo& to) const {
  // What may wait for room never keeps this thread: the signals that it hears are what makes room.
  const bool never_waits =
      to.header.opcode == Opcode::kCall ||
      (to.header.opcode == Opcode::kAppend && options_.service.sessions.policy == "none");
  // Whoever sent more than this one keeps others waiting: that is the executor's to decide. So does
  // a device with several threads: each thread that computes would have its own team.
  if (!never_waits || options_.service.threads > 1 || to.connection->under_way() > 1) return false;
  const auto expected = times_.find(to.shape);
  return expected && *expected < options_.short_work;
}

void Server::start_work(ConnectionId id, const std::shared_ptr<Connection>& connection) {
  while (auto arrived = connection->start()) {
    const AnsweredTo to{.id = id,
                        .connection = connection,
                        .header = arrived->frame.header,
                        .shape = shape_of(arrived->frame)};
    ServiceRequest scheduled = this->scheduled(*connection, to.header);
    auto request = std::make_unique<Request>(
        Request{.connection = id,
                .tenant = connection->tenant(),
                .frame = std::move(arrived->frame),
                .clock = StageClock(*clock_, arrived->began, arrived->ended),
                .deadline = scheduled.deadline,
                .is_cancelled = connection->cancellation_of(to.header.request)});
    request->clock.set(&StageTimers::send, connection->last_send());
    auto job = service_->job_for(std::move(request), [this, to](Answer answer, Nanoseconds took) {
      this->answer(to, std::move(answer), took);
    });
    const bool is_ready =
        to.header.opcode != Opcode::kAppend || service_->sessions().request(id, to.header.session);
    if (!is_ready) {
      park({.index = to.header.session.index, .generation = to.header.session.generation},
           std::move(scheduled), std::move(job));
    } else if (!is_short(to) || !executor_->run_here(scheduled, job, options_.short_work)) {
      executor_->push(std::move(scheduled), std::move(job));
    }
  }
}

/// By the thread that did the work. Only what the client waits for is done at once.
void Server::answer(const AnsweredTo& to, Answer answer, Nanoseconds took) {
  const bool is_told = !to.header.is_one_way || answer.opcode == Opcode::kError;
  if (is_told) to.connection->say(to.header, std::move(answer), true);
  // What does not go now, or fails, is the loop's when it settles the connection.
  if (is_told) std::ignore = to.connection->flush();
  if (std::this_thread::get_id() == loop_thread_) return end_request(to, took);
  loop_->post([this, to, took] {
    end_request(to, took);
    if (!connections_.contains(to.id)) return;
    start_work(to.id, to.connection);
    settle(to.id);
  });
}

void Server::end_request(const AnsweredTo& to, Nanoseconds took) {
  times_.note(to.shape, took);
  if (connections_.contains(to.id)) {
    to.connection->finish(to.header);
  } else if (is_draining_) {
    finish_if_drained();
  }
}

/// Until the state is there, or it is clear that it will not come: then the work is told so.
void Server::park(SessionId session, ServiceRequest scheduled, std::unique_ptr<Job> job) {
  const Nanoseconds patience = options_.service.sessions.patience;
  const auto timer = loop_->after(patience, [this, session] { unpark(session); });
  parked_.emplace(session,
                  Parked{.scheduled = std::move(scheduled), .job = std::move(job), .timer = timer});
}

void Server::unpark(SessionId session) {
  const auto [begin, end] = parked_.equal_range(session);
  for (auto at = begin; at != end; ++at) {
    loop_->cancel(at->second.timer);
    executor_->push(std::move(at->second.scheduled), std::move(at->second.job));
  }
  parked_.erase(begin, end);
}

void Server::deliver(ConnectionId id, const FrameHeader& request, Answer answer, bool is_final) {
  const auto at = connections_.find(id);
  if (at == connections_.end()) return;
  at->second->answer(request, std::move(answer), is_final);
  settle(id);
}

std::string Server::describe_connections() const {
  codec::Node list = codec::Node::list();
  for (const auto& [id, connection] : connections_) {
    codec::Node node = codec::Node::map();
    node.set("connection", static_cast<std::int64_t>(id));
    node.set("tenant", connection->tenant());
    node.set("under_way", static_cast<std::int64_t>(connection->under_way()));
    const ByteCounters counters = connection->counters();
    node.set("received_bytes", static_cast<std::int64_t>(counters.received));
    node.set("sent_bytes", static_cast<std::int64_t>(counters.sent));
    node.set("shared_received_bytes", static_cast<std::int64_t>(counters.shared_received));
    node.set("shared_sent_bytes", static_cast<std::int64_t>(counters.shared_sent));
    list.append(std::move(node));
  }
  return codec::to_json(list);
}

}  // namespace assay::djinn
