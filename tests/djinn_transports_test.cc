// SPDX-License-Identifier: MIT
// The same bytes over every way there is to a server: a unix socket with and without memory shared
// beside it, TCP, and TLS; and clients that use what they share against the server.
#include <gmock/gmock.h>

#include <thread>

#include "core/codec/temporary_folder.h"
#include "djinn/client/client.h"
#include "djinn/server/server.h"
#include "djinn/transport/invented_certificate.h"
#include "engine/backends/reference/reference_device.h"

namespace assay::djinn {
namespace {

using tensor::DType;
using tensor::HostTensor;
using ::testing::HasSubstr;

constexpr std::int64_t kMi = std::int64_t{1} << 20U;
constexpr std::size_t kRing = std::size_t{1} << 20U;
const std::string kToken = "0123456789abcdef";

/// A server in this process that listens at all of them.
class Transports : public ::testing::Test {
 protected:
  Transports() {
    ServerOptions options;
    options.listen = {*parse_address("unix:" + (folder_.path() / "s").string()),
                      *parse_address("tls:127.0.0.1:0")};
    options.access = {.token = kToken, .tls = files_};
    options.service.memory = {.device = Bytes(96 * kMi),
                              .text = Bytes(8 * kMi),
                              .stack = Bytes(80 * kMi),
                              .host = Bytes(0)};
    options.ring = Bytes(kRing);
    auto made = Server::create(*device_, options, clock_);
    EXPECT_TRUE(made) << made.error().to_string();
    server_ = *std::move(made);
    unix_ = to_text(server_->addresses()[0]);
    tls_ = to_text(server_->addresses()[1]);
    thread_ = std::thread([this] { EXPECT_TRUE(server_->run()); });
  }
  ~Transports() override {
    server_->stop();
    thread_.join();
  }
  Result<Client> connected(const std::string& address, bool shares = true) const {
    return connect(address,
                   {.token = kToken, .authority = files_.certificate, .shares_memory = shares});
  }
  void expect_it_serves() {
    auto client = connected(unix_);
    ASSERT_TRUE(client) << client.error().to_string();
    EXPECT_TRUE(client->ping());
  }

  codec::TemporaryFolder folder_{"transports"};
  TlsFiles files_ = invent_certificate(folder_.path(), "server.test");
  std::unique_ptr<backend::Device> device_ = reference::make_reference_device();
  SteadyClock clock_;
  std::unique_ptr<Server> server_;
  std::string unix_;
  std::string tls_;
  std::thread thread_;
};

graph::Graph relu_graph() {
  graph::Graph graph;
  const auto x = graph.input("x", DType::kF32, {"n"});
  graph.output("y", graph.op("activation", {x}, {{"kind", "relu"}}));
  return graph;
}

/// Numbers of both signs, other ones for another seed.
HostTensor numbers(std::int64_t count, int seed) {
  HostTensor tensor = *HostTensor::create({DType::kF32, {count}});
  const auto view = tensor.view().as<float>();
  for (std::int64_t i = 0; i < count; ++i)
    view.at(i) = static_cast<float>((i * 31 + seed) % 201 - 100);
  return tensor;
}

void expect_relu(const tensor::ConstAnyView& given, const tensor::ConstAnyView& answered) {
  ASSERT_EQ(given.type, answered.type);
  const auto x = given.as<float>();
  const auto y = answered.as<float>();
  for (std::int64_t i = 0; i < given.type.shape[0]; ++i)
    ASSERT_EQ(y.at(i), std::max(x.at(i), 0.0F)) << i;
}

TEST_F(Transports, CarryTheSameBytes) {
  const graph::Graph graph = relu_graph();
  struct Way {
    std::string address;
    bool shares;
  };
  for (const Way& way : {Way{unix_, true}, Way{unix_, false}, Way{tls_, true}}) {
    SCOPED_TRACE(way.address);
    auto client = connected(way.address, way.shares);
    ASSERT_TRUE(client) << client.error().to_string();
    auto model = client->load(graph, {});
    ASSERT_TRUE(model) << model.error().to_string();
    // Small; for the ring; all of the ring; more than it; and again for it.
    for (const std::int64_t count : {1000, 100'000, 262'144, 600'000, 50'000}) {
      const HostTensor x = numbers(count, static_cast<int>(count % 7));
      const ByteCounters before = client->counters();
      const auto result = model->call({{"x", x.view()}});
      ASSERT_TRUE(result) << result.error().to_string();
      expect_relu(x.view(), result->outputs.view(0));
      const ByteCounters after = client->counters();
      const auto size = static_cast<std::uint64_t>(count) * 4;
      const bool is_for_ring =
          way.address == unix_ && way.shares && size >= kRingPayloadMin && size <= kRing;
      EXPECT_EQ(after.shared_sent - before.shared_sent, is_for_ring ? size : 0) << count;
      EXPECT_EQ(after.shared_received - before.shared_received, is_for_ring ? size : 0) << count;
      EXPECT_GE(after.sent - before.sent, size);
      EXPECT_GE(after.received - before.received, size);
    }
  }
}

TEST_F(Transports, TheServerCountsWhatIsShared) {
  auto client = connected(unix_);
  ASSERT_TRUE(client);
  auto model = client->load(relu_graph(), {});
  ASSERT_TRUE(model);
  const HostTensor x = numbers(100'000, 1);
  ASSERT_TRUE(model->call({{"x", x.view()}}));
  const auto connections = client->stats("connections");
  ASSERT_TRUE(connections);
  EXPECT_THAT(*connections, HasSubstr("\"shared_received_bytes\":400000"));
  EXPECT_THAT(*connections, HasSubstr("\"shared_sent_bytes\":400000"));
}

TEST_F(Transports, TlsAsksWhoTheServerIsAndWhoTheClientIs) {
  const TlsFiles other = invent_certificate(folder_.path(), "other.test");
  const auto refusal = [&](const std::string& address, const ConnectOptions& options) {
    const auto client = connect(address, options);
    return client ? std::string("connected") : client.error().to_string();
  };
  EXPECT_THAT(refusal(tls_, {.token = kToken, .authority = other.certificate}),
              HasSubstr("certificate verify failed"));
  EXPECT_THAT(refusal(tls_, {.token = kToken}), HasSubstr("expected the file of an authority"));
  EXPECT_THAT(refusal(tls_, {.token = "another one of 16", .authority = files_.certificate}),
              HasSubstr("unauthorised"));
  EXPECT_THAT(refusal("tcp" + tls_.substr(3), {.token = kToken}), HasSubstr("greeting the server"));
  EXPECT_EQ(refusal(tls_, {.token = kToken, .authority = files_.certificate}), "connected");
  expect_it_serves();
}

TEST_F(Transports, RefuseACertificateThatIsNotThere) {
  ServerOptions options;
  options.listen = {*parse_address("tls:127.0.0.1:0")};
  options.access.tls = TlsFiles{.certificate = "absent.pem", .key = files_.key};
  options.service.memory = {
      .device = Bytes(4 * kMi), .text = Bytes(kMi), .stack = Bytes(kMi), .host = Bytes(0)};
  const auto server = Server::create(*device_, options, clock_);
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error().to_string(), HasSubstr("absent.pem"));
}

/// One that speaks the protocol by hand, with the memory that it shares.
class ByHand {
 public:
  explicit ByHand(const std::string& address, bool shares = true)
      : socket_(*connect_to(*parse_address(address), 5s)) {
    socket_->keep_descriptors(true);
    const HelloMessage hello{.version_min = 1,
                             .version_max = 1,
                             .features_required = shares ? std::uint64_t{kFeatureSharedRing} : 0,
                             .token = kToken};
    say(write_frame({.opcode = Opcode::kHello, .request = 1}, encode(hello)));
    const auto welcome = hear();
    EXPECT_TRUE(welcome && welcome->header.opcode == Opcode::kWelcome);
    reader_.greeted();
    auto descriptors = socket_->take_descriptors();
    EXPECT_EQ(descriptors.size(), shares ? 1U : 0U);
    if (descriptors.empty()) return;
    memory_ = std::make_unique<SharedMemory>(
        *SharedMemory::map(std::move(descriptors.at(0)), 4096 + 2 * kRing));
  }
  void say(std::span<const std::byte> bytes) {
    const std::vector<Part> parts{bytes};
    std::ignore = send_waiting(*socket_, parts, {}, 5s);  // The server may be gone by then.
  }
  /// A call whose header says that its payload lies in the ring.
  void say_shared_call(std::uint32_t payload_size) {
    const std::vector<std::byte> body = encode(CallMessage());
    const HeaderBytes head = write_header({.opcode = Opcode::kCall,
                                           .payload_kind = PayloadKind::kShared,
                                           .body_size = static_cast<std::uint32_t>(body.size()),
                                           .request = 2,
                                           .payload_size = payload_size});
    say(head);
    say(body);
  }
  std::optional<Frame> hear() {
    while (true) {
      auto frame = reader_.next();
      if (!frame) return std::nullopt;
      if (*frame) return std::move(**frame);
      const auto moved = receive_waiting(*socket_, reader_.space(), {}, 5s);
      if (!moved || moved->state == MovedState::kEnded) return std::nullopt;
      reader_.commit(moved->bytes);
    }
  }
  std::span<std::byte> memory() { return memory_->bytes(); }

 private:
  std::unique_ptr<SocketStream> socket_;
  std::unique_ptr<SharedMemory> memory_;
  FrameReader reader_{Speaker::kServer};
};

TEST_F(Transports, APromiseThatTheRingDoesNotKeepEndsTheConnection) {
  for (const std::uint32_t size : {1U, 4096U, 1U << 20U, 1U << 30U}) {
    ByHand client(unix_);
    client.say_shared_call(size);
    EXPECT_FALSE(client.hear());
  }
  ByHand without_rings(unix_, false);
  without_rings.say_shared_call(1U << 16U);
  EXPECT_FALSE(without_rings.hear());
  expect_it_serves();
}

TEST_F(Transports, AClientThatWritesNonsenseIntoTheRingHurtsItselfAlone) {
  for (const int value : {0x00, 0x01, 0x7F, 0xFF}) {
    ByHand client(unix_);
    std::ranges::fill(client.memory(), static_cast<std::byte>(value));
    client.say_shared_call(1U << 16U);
    const auto answer = client.hear();
    EXPECT_TRUE(!answer || answer->header.opcode == Opcode::kError);
    expect_it_serves();
  }
}

/// While it calls honestly its other hand scribbles over everything that is shared.
TEST_F(Transports, AClientThatScribblesMeanwhileHurtsItselfAlone) {
  ByHand client(unix_);
  std::atomic<bool> is_over{false};
  std::thread scribbler([&] {
    std::uint8_t value = 0;
    while (!is_over.load()) {
      for (std::size_t i = 0; i < client.memory().size(); i += 61)
        client.memory()[i] = static_cast<std::byte>(value++);
    }
  });
  for (int call = 0; call < 50; ++call)
    client.say_shared_call(1U << 15U);
  while (client.hear()) {
  }
  is_over.store(true);
  scribbler.join();
  expect_it_serves();
}

}  // namespace
}  // namespace assay::djinn
