// SPDX-License-Identifier: MIT
// Whatever clients say to a server in whatever order, its sessions are those that were opened and
// not closed, with the tokens that were acknowledged, and its books agree. Input: steps of an
// opcode and its operands, played by two clients against a server in this process, while a third
// one looks at it after each.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <thread>
#include <tuple>
#include <vector>

#include "core/codec/json.h"
#include "core/codec/temporary_folder.h"
#include "djinn/client/client.h"
#include "djinn/server/server.h"
#include "djinn/server/stats_document.h"
#include "engine/backends/reference/reference_device.h"
#include "engine/models/builders/decoder.h"

namespace {

using namespace assay;
using namespace assay::djinn;

constexpr std::int64_t kMi = std::int64_t{1} << 20U;
constexpr std::int32_t kVocabulary = 32;

/// One server for all inputs; each leaves it as it found it.
class World {
 public:
  World() {
    ServerOptions options;
    options.listen = {*parse_address(address_)};
    // Room for some sessions of 64 tokens, and for twice as many on the host.
    options.service.memory = {.device = Bytes(2 * kMi),
                              .text = Bytes(kMi),
                              .stack = Bytes(kMi / 2),
                              .block_size = Bytes(4096),
                              .host = Bytes(kMi),
                              .host_block_size = Bytes(4096),
                              .verifies_restores = true};
    options.service.sessions = {.policy = "lazy", .lease = 24h, .patience = 200ms};
    auto made = Server::create(*device_, options, clock_);
    ASSAY_CHECK(made.has_value(), "a server begins");
    server_ = *std::move(made);
    thread_ = std::thread([this] { std::ignore = server_->run(); });
    observer_.emplace(*connect(address_));
    const graph::Graph graph = *models::build_decoder({.vocabulary = kVocabulary,
                                                       .width = 8,
                                                       .depth = 2,
                                                       .heads = 2,
                                                       .kv_heads = 2,
                                                       .head_width = 4,
                                                       .mlp_width = 16,
                                                       .positions = 64});
    auto model = observer_->load(graph, *graph::seeded_weights(graph, 1));
    ASSAY_CHECK(model.has_value(), "a model is loaded");
    model_ = model->facts().model;
  }
  ~World() {
    server_->stop();
    thread_.join();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  std::unique_ptr<Link> link() const {
    auto made = Link::open(*parse_address(address_), {});
    ASSAY_CHECK(made.has_value(), "whatever was said, the next client is heard");
    return *std::move(made);
  }
  codec::Node stats() {
    const auto text = observer_->stats();
    ASSAY_CHECK(text.has_value(), "whatever was said, the server tells how it is");
    return *codec::parse_json(*text);
  }
  const ModelId& model() const { return model_; }
  const std::string& address() const { return address_; }

 private:
  codec::TemporaryFolder folder_{"session_fuzz"};
  std::string address_ = "unix:" + (folder_.path() / "s").string();
  SteadyClock clock_;
  std::unique_ptr<backend::Device> device_ = reference::make_reference_device();
  std::unique_ptr<Server> server_;
  std::thread thread_;
  std::optional<Client> observer_;
  ModelId model_;
};

struct Steps {
  std::span<const std::uint8_t> left;
  std::uint8_t take() {
    if (left.empty()) return 0;
    const std::uint8_t value = left.front();
    left = left.subspan(1);
    return value;
  }
};

/// A session as its clients know it.
struct Known {
  SessionHandle handle;
  Capability capability;
  std::uint64_t sequence = 0;
  std::uint64_t tokens = 0;
  std::size_t rows = 1;
};

class Play {
 public:
  Play(World& world, Steps steps) : world_(&world), steps_(steps) {
    for (auto& link : links_)
      link = world.link();
  }

  void run() {
    while (!steps_.left.empty()) {
      step();
      check();
    }
    links_[0] = world_->link();  // The last one may have been left for what it said.
    for (const Known& session : known_) {
      const auto resumed = ask<ResumedSessionMessage>(0, ResumeSessionMessage{session.capability});
      ASSAY_CHECK(resumed.has_value(), "a session that was not closed is there");
      ASSAY_CHECK(ask<DoneMessage>(0, CloseSessionMessage(), resumed->session).has_value(),
                  "and is closed by who has it");
    }
    known_.clear();
    check();
  }

 private:
  /// None where the server answered anything else, or closed.
  template <class Answer, class Message>
  std::optional<Answer> ask(std::size_t who, const Message& message, SessionHandle session = {}) {
    if (links_[who]->is_broken()) links_[who] = world_->link();
    const auto request =
        links_[who]->send(message, {.stream = session.index + 1, .session = session});
    if (!request) return std::nullopt;
    const auto frame = links_[who]->wait(*request);
    if (!frame || frame->header.opcode != Answer::kOpcode) return std::nullopt;
    auto answer = decode<Answer>(frame->body.bytes());
    ASSAY_CHECK(answer.has_value(), "what a server says means something");
    return *std::move(answer);
  }

  Known* any_session() {
    const std::size_t which = steps_.take();
    return known_.empty() ? nullptr : &known_[which % known_.size()];
  }
  SessionHandle any_handle() {
    Known* const session = any_session();
    SessionHandle handle = session == nullptr ? SessionHandle{} : session->handle;
    const std::uint8_t change = steps_.take();
    if (change < 32) handle.index ^= change;
    if (change >= 32 && change < 64) handle.generation ^= change;
    return handle;
  }

  void open(std::size_t who) {
    const std::uint8_t size = steps_.take();
    const auto verdict = ask<VerdictMessage>(
        who, OpenSessionMessage{.model = world_->model(),
                                .rows = 1U + size % 2U,
                                .tokens_max = size < 8 ? 1'000'000U : 1U + size % 64U,
                                .qos = static_cast<QosClass>(size % 3),
                                .may_queue = false});
    if (!verdict || verdict->admission != Admission::kAdmitted) return;
    known_.push_back(
        {.handle = verdict->session, .capability = verdict->capability, .rows = 1U + size % 2U});
  }

  void append(std::size_t who) {
    const SessionHandle handle = any_handle();
    const auto at = std::ranges::find(known_, handle, &Known::handle);
    const std::uint8_t what = steps_.take();
    const std::size_t rows = at == known_.end() ? 1 : at->rows;
    const std::uint64_t sequence_next = at == known_.end() ? 1 : at->sequence + 1;
    AppendMessage message{.sequence = sequence_next + (what % 8 == 0 ? what / 8U % 4U : 0U),
                          .counts = std::vector<std::uint32_t>(rows, what % 5U),
                          .ids = {},
                          .generate = what % 3U,
                          .policy = OutputPolicy::kIds};
    if (what % 8 == 1 && message.sequence > 1) --message.sequence;
    for (std::size_t i = 0; i < rows * (what % 5U); ++i)
      message.ids.push_back(static_cast<TokenId>(steps_.take()) - 8);  // Some are none.
    const auto done = ask<AppendResultMessage>(who, message, handle);
    if (!done) return;
    ASSAY_CHECK(at != known_.end(), "only a session that is there does anything");
    ASSAY_CHECK(done->sequence == message.sequence, "the answer is to what was asked");
    if (message.sequence == at->sequence) {
      ASSAY_CHECK_EQ(done->tokens_held, at->tokens, "what was done is not done again");
      return;
    }
    ASSAY_CHECK_EQ(message.sequence, at->sequence + 1, "nothing is skipped");
    at->sequence = message.sequence;
    at->tokens = done->tokens_held;
  }

  void close(std::size_t who) {
    const SessionHandle handle = any_handle();
    if (!ask<DoneMessage>(who, CloseSessionMessage(), handle)) return;
    const auto at = std::ranges::find(known_, handle, &Known::handle);
    ASSAY_CHECK(at != known_.end(), "only a session that is there is closed");
    known_.erase(at);
  }

  void resume(std::size_t who) {
    Known* const session = any_session();
    Capability capability = session == nullptr ? Capability{} : session->capability;
    const std::uint8_t change = steps_.take();
    if (change < 64) capability.bytes[change % 16U] ^= static_cast<std::byte>(1 + change);
    const auto resumed = ask<ResumedSessionMessage>(who, ResumeSessionMessage{capability});
    if (!resumed) return;
    ASSAY_CHECK(session != nullptr && change >= 64, "only who can show it owns it");
    ASSAY_CHECK_EQ(resumed->sequence, session->sequence, "it is where it was");
    ASSAY_CHECK_EQ(resumed->tokens_held, session->tokens, "with what it held");
    session->handle = resumed->session;
  }

  /// A body that means nothing, of any request.
  void say_nonsense() {
    const auto opcodes = opcode_limits();
    const OpcodeLimits& limits = opcodes[steps_.take() % opcodes.size()];
    std::vector<std::byte> body(std::min<std::size_t>(steps_.take() % 16U, limits.body_max));
    for (std::byte& byte : body)
      byte = static_cast<std::byte>(steps_.take());
    const auto socket = connect_to(*parse_address(world_->address()), 5s);
    ASSAY_CHECK(socket.has_value(), "whatever was said, the next client is heard");
    const auto hello = write_frame({.opcode = Opcode::kHello, .request = 1},
                                   encode(HelloMessage{.version_min = 1, .version_max = 1}));
    const auto nonsense = write_frame({.opcode = limits.opcode, .request = 2}, body);
    for (const auto& frame : {hello, nonsense}) {
      const std::vector<Part> parts{frame};
      std::ignore = send_waiting(**socket, parts, {}, 5s);
    }
    std::ignore = (*socket)->finish_sending();
    std::array<std::byte, 4096> heard;
    while (true) {
      const auto moved = receive_waiting(**socket, heard, {}, 5s);
      if (!moved || moved->state == MovedState::kEnded) return;
    }
  }

  void step() {
    const std::uint8_t what = steps_.take();
    const std::size_t who = what / 16U % 2U;
    switch (what % 16U) {
      case 0:
      case 1:
        return open(who);
      case 2:
      case 3:
      case 4:
      case 5:
        return append(who);
      case 6: {
        SignalPhaseMessage signal{.phase = static_cast<Phase>(steps_.take() % 2)};
        if (steps_.take() % 2 == 0) signal.estimate = Nanoseconds(1ms) * steps_.take();
        std::ignore = ask<DoneMessage>(who, signal, any_handle());
        return;
      }
      case 7:
        return close(who);
      case 8:
        return resume(who);
      case 9:
        links_[who]->break_off();
        return;
      case 10:
        std::ignore = ask<FetchedMessage>(who, FetchMessage{.handle = steps_.take()});
        return;
      case 11:
        std::ignore = ask<DoneMessage>(who, ReleaseMessage{steps_.take()});
        return;
      case 12:
        std::ignore = ask<DoneMessage>(who, CancelMessage{steps_.take()});
        return;
      case 13:
        std::ignore = ask<FlushedPlansMessage>(who, FlushPlansMessage());
        return;
      default:
        return say_nonsense();
    }
  }

  void check() {
    const codec::Node stats = world_->stats();
    const auto number = [&](const std::string& path) { return *number_at(stats, path); };
    for (const std::string segment : {"vmu.text", "vmu.data", "vmu.host_pool"}) {
      const double parts = number(segment + ".used_bytes") + number(segment + ".free_bytes") +
                           number(segment + ".internal_waste_bytes") +
                           number(segment + ".external_waste_bytes");
      const double reserved = number(segment + ".reserved_bytes");
      ASSAY_CHECK_EQ(reserved, parts, "a segment's books agree");
    }
    const double held = number("vmu.dirty_bytes") + number("vmu.clean_bytes");
    const double used = number("vmu.data.used_bytes");
    ASSAY_CHECK_EQ(held, used, "states are dirty or clean");
    const auto& sessions = node_at(stats, "sessions").items();
    ASSAY_CHECK_EQ(sessions.size(), known_.size(), "sessions are those that were opened");
    for (const codec::Node& session : sessions) {
      const std::string name = text_at(session, "session");
      const auto at = std::ranges::find_if(known_, [&](const Known& known) {
        return format("{}.{}", known.handle.index, known.handle.generation) == name;
      });
      ASSAY_CHECK(at != known_.end(), "every one of them was opened by somebody");
      const double tokens = number_at(session, "tokens").value_or(-1);
      ASSAY_CHECK_EQ(tokens, static_cast<double>(at->tokens), "and holds what was acknowledged");
    }
  }

  World* world_;
  Steps steps_;
  std::array<std::unique_ptr<Link>, 2> links_;
  std::vector<Known> known_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  static World world;
  Play(world, {std::span(input, std::min<std::size_t>(size, 512))}).run();
  return 0;
}
