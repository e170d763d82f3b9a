// SPDX-License-Identifier: MIT
// Djinn end to end: a client over a unix socket gets the very bytes that the engine gives in this
// process, whatever happens in between.
#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

#include "core/codec/temporary_folder.h"
#include "core/random.h"
#include "djinn/client/client.h"
#include "djinn/server/server.h"
#include "engine/backends/reference/reference_device.h"
#include "engine/models/builders/decoder.h"
#include "engine/runtime/text_session.h"

namespace assay::djinn {
namespace {

using tensor::DType;
using tensor::HostTensor;
using ::testing::HasSubstr;

constexpr std::int64_t kMi = std::int64_t{1} << 20U;

DeviceServiceOptions small_service(const std::string& policy) {
  return {.memory = {.device = Bytes(32 * kMi),
                     .text = Bytes(8 * kMi),
                     .stack = Bytes(kMi),
                     .block_size = Bytes(4096),
                     .host = Bytes(policy == "none" ? 0 : 16 * kMi),
                     .host_block_size = Bytes(4096),
                     .verifies_restores = true},
          .sessions = {.policy = policy}};
}

/// A server in this process, on a thread of its own.
class RunningServer {
 public:
  explicit RunningServer(DeviceServiceOptions options = small_service("none"),
                         CreditLimits credits = {}) {
    address_ = "unix:" + (folder_.path() / "djinn.sock").string();
    auto server = Server::create(
        *device_,
        {.listen = {*parse_address(address_)}, .service = std::move(options), .credits = credits},
        clock_);
    EXPECT_TRUE(server) << server.error().to_string();
    server_ = std::move(*server);
    thread_ = std::thread([this] { EXPECT_TRUE(server_->run()); });
  }
  ~RunningServer() { stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
    server_ = nullptr;
  }
  const std::string& address() const { return address_; }
  Client client(const ConnectOptions& options = {}) const {
    auto client = connect(address_, options);
    EXPECT_TRUE(client) << client.error().to_string();
    return *std::move(client);
  }

 private:
  codec::TemporaryFolder folder_{"djinn"};
  std::unique_ptr<backend::Device> device_ = reference::make_reference_device();
  SteadyClock clock_;
  std::string address_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

graph::Graph mlp_graph() {
  graph::Graph graph;
  const auto x = graph.input("x", DType::kF32, {"batch", 24});
  const auto wide = graph.op("linear", {x, graph.weight("a", {DType::kF32, {32, 24}})});
  const auto hidden = graph.op("activation", {wide}, {{"kind", "relu"}});
  graph.output("y", graph.op("linear", {hidden, graph.weight("b", {DType::kF32, {8, 32}})}));
  graph.output("hidden", hidden);
  return graph;
}

models::DecoderConfig small_decoder(std::uint64_t seed) {
  const bool is_llama = seed % 2 == 1;
  return {.vocabulary = 40 + static_cast<std::int64_t>(seed % 7),
          .width = 16,
          .depth = 1 + static_cast<std::int64_t>(seed % 3),
          .heads = 4,
          .kv_heads = is_llama ? 2 : 4,
          .head_width = 4,
          .mlp_width = 32,
          .positions = is_llama ? 0 : 64,
          .is_llama = is_llama};
}

HostTensor random_tensor(const tensor::TensorType& type, std::uint64_t seed) {
  HostTensor tensor = *HostTensor::create(type);
  Random random(seed);
  for (std::int64_t i = 0; i < tensor.size().count() / 4; ++i)
    store_element(tensor.view(), i, random.normal());
  return tensor;
}

std::string bytes_of(const tensor::ConstAnyView& view) {
  const auto size = *dense_size(view.type);
  return {static_cast<const char*>(view.data), size};
}

std::string bytes_of(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

TEST(Djinn, CallGivesTheBytesOfTheEngine) {
  const RunningServer server;
  Client client = server.client();
  const graph::Graph graph = mlp_graph();
  const graph::Weights weights = *graph::seeded_weights(graph, 3);
  auto model = client.load(graph, weights, {.name = "mlp"});
  ASSERT_TRUE(model) << model.error().to_string();
  const auto device = reference::make_reference_device();
  const auto loaded = device->load(graph, weights, {});
  ASSERT_TRUE(loaded);
  for (const std::int64_t batch : {1, 5, 2, 5}) {
    const HostTensor x = random_tensor({DType::kF32, {batch, 24}}, 7);
    const auto result = model->call({{"x", x.view()}});
    ASSERT_TRUE(result) << result.error().to_string();
    ASSERT_EQ(result->outputs.count(), 2U);
    const auto executable = (*loaded)->prepare({{"batch", batch}});
    ASSERT_TRUE(executable);
    HostTensor y = *HostTensor::create({DType::kF32, {batch, 8}});
    HostTensor hidden = *HostTensor::create({DType::kF32, {batch, 32}});
    const std::vector<tensor::ConstAnyView> inputs{x.view()};
    const std::vector<tensor::AnyView> outputs{y.view(), hidden.view()};
    ASSERT_TRUE((*executable)->run({.inputs = inputs, .states = {}, .outputs = outputs}));
    EXPECT_EQ(bytes_of(result->outputs.view(0)), bytes_of(std::as_const(y).view()));
    EXPECT_EQ(bytes_of(result->outputs.view(1)), bytes_of(std::as_const(hidden).view()));
    EXPECT_GT(result->timers.execute.count(), 0);
  }
}

TEST(Djinn, SessionsGiveTheBytesOfTheEngine) {
  for (const std::string policy : {"none", "proactive", "lazy"}) {
    const RunningServer server(small_service(policy));
    Client client = server.client({.has_checksums = true});
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      const graph::Graph graph = *models::build_decoder(small_decoder(seed));
      const graph::Weights weights = *graph::seeded_weights(graph, seed);
      auto model = client.load(graph, weights, {.name = "decoder"});
      ASSERT_TRUE(model) << model.error().to_string();
      auto session = model->open_session({.rows = 2, .capacity = 48});
      ASSERT_TRUE(session) << session.error().to_string();

      const auto device = reference::make_reference_device();
      std::shared_ptr<backend::LoadedModel> loaded = *device->load(graph, weights, {});
      auto own = *runtime::TextSession::create(loaded, {.rows = 2, .capacity = 48});
      Random random(seed + 100);
      for (int step = 0; step < 6; ++step) {
        RowTokens tokens(2);
        for (auto& row : tokens) {
          const std::uint64_t count = step == 0 ? 5 : random.below(3);
          for (std::uint64_t i = 0; i < count; ++i)
            row.push_back(static_cast<TokenId>(random.below(40)));
        }
        if (tokens[0].empty() && tokens[1].empty()) tokens[0].push_back(1);
        const std::uint64_t between = random.below(4);
        if (between == 0) {
          ASSERT_TRUE(client.flush_plans());
        }
        if (between == 1) client.channel().link().value()->break_off();
        if (between == 2) {
          ASSERT_TRUE(session->signal_phase("IO_WAIT", Nanoseconds(50ms)));
        }
        const auto got = session->prefill(tokens);
        ASSERT_TRUE(got) << got.error().to_string() << " at step " << step << " of " << policy;
        const auto expected = own.append(tokens);
        ASSERT_TRUE(expected);
        ASSERT_EQ(got->outputs.count(), 1U);
        std::string scores;
        for (const auto& row : *expected)
          scores += bytes_of(row);
        EXPECT_EQ(bytes_of(got->outputs.view(0)), scores);
      }
    }
  }
}

TEST(Djinn, ASecondClientSendsNoWeights) {
  const RunningServer server;
  const graph::Graph graph = *models::build_decoder(small_decoder(0));
  const graph::Weights weights = *graph::seeded_weights(graph, 1);
  Client first = server.client();
  const auto loaded = first.load(graph, weights);
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  EXPECT_EQ(loaded->weight_bytes_sent(), static_cast<std::uint64_t>(weights.size().count()));
  Client second = server.client();
  const auto again = second.load(graph, weights);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->facts().was_there);
  EXPECT_EQ(again->weight_bytes_sent(), 0U);
  const std::uint64_t rest = first.counters().sent - loaded->weight_bytes_sent();
  EXPECT_LE(second.counters().sent, rest) << "counted at the socket: ids and the graph";
}

TEST(Djinn, AWarmStepOfDecodingIsAFewBytes) {
  const RunningServer server;
  Client client = server.client();
  const graph::Graph graph = *models::build_decoder(small_decoder(0));
  auto model = client.load(graph, *graph::seeded_weights(graph, 1));
  ASSERT_TRUE(model);
  auto session = model->open_session({.capacity = 64});
  ASSERT_TRUE(session && session->decode({{1, 2, 3}}, 1) && session->decode({{4}}, 1));
  for (int step = 0; step < 20; ++step) {
    const ByteCounters before = client.counters();
    const auto result = session->decode({{5}}, 1);
    ASSERT_TRUE(result);
    const ByteCounters after = client.counters();
    EXPECT_LE(after.sent - before.sent + after.received - before.received, 256U);
    const auto stages = djinn::stages(result->timers);
    EXPECT_GT(result->timers.execute.count(), 0);
    EXPECT_EQ(stages.size(), 8U);
  }
}

TEST(Djinn, AnUnloadedModelBeginsFromNothing) {
  const RunningServer server;
  const graph::Graph graph = mlp_graph();
  const graph::Weights weights = *graph::seeded_weights(graph, 3);
  const HostTensor x = random_tensor({DType::kF32, {2, 24}}, 7);
  Client client = server.client();
  Client other = server.client();
  std::string first;
  for (int round = 0; round < 3; ++round) {
    auto model = client.load(graph, weights);
    ASSERT_TRUE(model) << model.error().to_string();
    EXPECT_GT(model->weight_bytes_sent(), 0U) << "what was dropped is sent again";
    const auto result = model->call({{"x", x.view()}});
    ASSERT_TRUE(result);
    if (round == 0) first = bytes_of(result->outputs.view(0));
    EXPECT_EQ(bytes_of(result->outputs.view(0)), first);
    if (round == 1) {
      ASSERT_TRUE(other.load(graph, weights));
    }
    const auto unloaded = client.unload(*model, true);
    ASSERT_TRUE(unloaded) << unloaded.error().to_string();
    EXPECT_EQ(unloaded->is_gone, round != 1) << "unless somebody else uses it";
    EXPECT_EQ(unloaded->weights_dropped, round == 1 ? 0U : 2U);
    if (round == 1) {
      EXPECT_TRUE(model->call({{"x", x.view()}})) << "it is there as long as the other one";
      EXPECT_TRUE(other.unload(*model, true)->is_gone);
    }
    const auto after = model->call({{"x", x.view()}});
    ASSERT_FALSE(after);
    EXPECT_THAT(after.error().to_string(), HasSubstr("load it (again)"));
  }
}

TEST(Djinn, PlansOfOneModelAreFlushed) {
  const RunningServer server;
  Client client = server.client();
  const graph::Graph graph = mlp_graph();
  auto one = client.load(graph, *graph::seeded_weights(graph, 1));
  auto two = client.load(graph, *graph::seeded_weights(graph, 2));
  ASSERT_TRUE(one && two);
  for (const std::int64_t batch : {1, 2}) {
    const HostTensor x = random_tensor({DType::kF32, {batch, 24}}, 7);
    ASSERT_TRUE(one->call({{"x", x.view()}}) && two->call({{"x", x.view()}}));
  }
  EXPECT_EQ(*client.flush_plans(*one), 2U);
  EXPECT_EQ(*client.flush_plans(*one), 0U);
  EXPECT_EQ(*client.flush_plans(), 2U) << "those of the other one";
}

TEST(Djinn, CallsUnderWayAtOnceAreReceivedInAnyOrder) {
  for (const bool copies : {false, true}) {
    const RunningServer server;
    Client client = server.client({.copies_payloads = copies});
    const graph::Graph graph = mlp_graph();
    auto model = client.load(graph, *graph::seeded_weights(graph, 1));
    ASSERT_TRUE(model);
    std::vector<std::string> expected;
    std::vector<SentCall> calls;
    for (std::uint64_t i = 0; i < 8; ++i) {
      const HostTensor x = random_tensor({DType::kF32, {1, 24}}, i);
      expected.push_back(bytes_of(model->call({{"x", x.view()}})->outputs.view(0)));
    }
    for (std::uint64_t i = 0; i < 8; ++i) {
      const HostTensor x = random_tensor({DType::kF32, {1, 24}}, i);
      calls.push_back(*model->send({{"x", x.view()}}));
    }
    for (std::size_t i = calls.size(); i-- > 0;) {
      const auto result = model->receive(calls[i]);
      ASSERT_TRUE(result) << result.error().to_string();
      EXPECT_EQ(bytes_of(result->outputs.view(0)), expected[i]);
    }
    const HostTensor x = random_tensor({DType::kF32, {1, 24}}, 1);
    const SentCall lost = *model->send({{"x", x.view()}});
    client.channel().link().value()->break_off();
    ASSERT_TRUE(client.ping());
    EXPECT_THAT(model->receive(lost).error().to_string(), HasSubstr("broke"));
  }
}

TEST(Djinn, ASessionMayStartAnew) {
  const RunningServer server(small_service("lazy"));
  Client client = server.client();
  const graph::Graph graph = *models::build_decoder(small_decoder(1));
  auto model = client.load(graph, *graph::seeded_weights(graph, 1));
  ASSERT_TRUE(model);
  auto session = model->open_session({.capacity = 48});
  ASSERT_TRUE(session);
  const AppendOptions anew{.policy = OutputPolicy::kLast, .starts_anew = true};
  const auto first = session->append({{1, 2, 3}}, anew);
  ASSERT_TRUE(first && session->prefill({{4, 5}}));
  ASSERT_TRUE(session->signal_phase("IO_WAIT"));
  const auto again = session->append({{1, 2, 3}}, anew);
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(again->tokens_held, 3U);
  EXPECT_EQ(bytes_of(again->outputs.view(0)), bytes_of(first->outputs.view(0)));
  EXPECT_FALSE(session->append({std::vector<TokenId>(49, 1)}, anew)) << "more than it can hold";
  EXPECT_EQ(session->prefill({{9}})->tokens_held, 1U) << "what it held is forgotten all the same";
}

TEST(Djinn, ASessionIsBoundedByItsArena) {
  DeviceServiceOptions options = small_service("none");
  options.memory.layout = DataLayout::kContiguous;
  options.memory.arena_size = Bytes(64 << 10);
  const RunningServer server(options);
  Client client = server.client();
  const graph::Graph graph = *models::build_decoder(small_decoder(1));
  auto model = client.load(graph, *graph::seeded_weights(graph, 1));
  ASSERT_TRUE(model);
  EXPECT_TRUE(model->open_session({.capacity = 64}));
  const auto larger = model->open_session({.rows = 64, .capacity = 64});
  ASSERT_FALSE(larger);
  EXPECT_THAT(larger.error().to_string(), HasSubstr("an arena holds 64 KiB"));
}

TEST(Djinn, ManySessionsShareADeviceThatHoldsFew) {
  DeviceServiceOptions options = small_service("lru");
  options.memory.device = Bytes(4 * kMi);
  options.memory.text = Bytes(2 * kMi);
  options.memory.stack = Bytes(kMi + 512 * 1024);
  const RunningServer server(options);
  Client client = server.client();
  const graph::Graph graph = *models::build_decoder(small_decoder(3));
  const graph::Weights weights = *graph::seeded_weights(graph, 2);
  auto model = client.load(graph, weights);
  ASSERT_TRUE(model) << model.error().to_string();
  const auto device = reference::make_reference_device();
  std::shared_ptr<backend::LoadedModel> loaded = *device->load(graph, weights, {});
  // 2 layers x 2 x 2 heads x 4 x 4 bytes x 512 tokens: 64 KiB each; the device holds 512 KiB.
  std::vector<Session> sessions;
  std::vector<runtime::TextSession> own;
  for (int i = 0; i < 24; ++i) {
    auto session = model->open_session({.capacity = 512});
    ASSERT_TRUE(session) << session.error().to_string() << " at " << i;
    sessions.push_back(std::move(*session));
    own.push_back(*runtime::TextSession::create(loaded, {.capacity = 512}));
  }
  Random random(5);
  const std::vector<TokenId> prompt(300, 7);
  for (int step = 0; step < 72; ++step) {
    const auto i = step < 24 ? static_cast<std::size_t>(step) : random.below(sessions.size());
    const RowTokens tokens{step < 24 ? prompt : std::vector<TokenId>{static_cast<TokenId>(i)}};
    const auto got = sessions[i].prefill(tokens);
    ASSERT_TRUE(got) << got.error().to_string() << " at step " << step;
    const auto expected = own[i].append(tokens);
    ASSERT_TRUE(expected);
    EXPECT_EQ(bytes_of(got->outputs.view(0)), bytes_of((*expected)[0]));
  }
  const auto stats = client.stats("swap_pool");
  ASSERT_TRUE(stats);
  EXPECT_THAT(*stats, ::testing::Not(HasSubstr("\"restores\":0"))) << "states came and went";
}

TEST(Djinn, ClientsAtOnceShareADeviceThatIsTooSmallForAll) {
  for (const std::string policy : {"lru", "lazy", "proactive"}) {
    DeviceServiceOptions options = small_service(policy);
    options.batch_rows = policy == "lru" ? 1 : 4;
    options.memory.device = Bytes(4 * kMi);
    options.memory.text = Bytes(2 * kMi);
    // 64 KiB are left. A state has 32 KiB, and 16 while its rows of 8 KiB need one block each.
    options.memory.stack = Bytes(kMi + 960 * 1024);
    const RunningServer server(options);
    const graph::Graph graph = *models::build_decoder(small_decoder(3));
    const graph::Weights weights = *graph::seeded_weights(graph, 2);
    const auto device = reference::make_reference_device();
    std::shared_ptr<backend::LoadedModel> loaded = *device->load(graph, weights, {});
    constexpr int kClients = 8;
    constexpr int kSteps = 6;
    std::vector<std::string> expected(kClients);
    const auto tokens_of = [](int client, int step) {
      return step == 0 ? std::vector<TokenId>(254, client) : std::vector<TokenId>{client, step};
    };
    for (int i = 0; i < kClients; ++i) {
      auto own = *runtime::TextSession::create(loaded, {.capacity = 512});
      for (int step = 0; step < kSteps; ++step)
        expected[static_cast<std::size_t>(i)] += bytes_of((*own.append({tokens_of(i, step)}))[0]);
    }
    std::vector<std::string> got(kClients);
    std::vector<std::thread> clients;
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back([&, i] {
        Client client = server.client();
        auto model = client.load(graph, weights);  // All of them send, and one is heard.
        ASSERT_TRUE(model) << model.error().to_string();
        auto session = model->open_session({.capacity = 512});
        ASSERT_TRUE(session) << session.error().to_string();
        for (int step = 0; step < kSteps; ++step) {
          const auto result = session->prefill({tokens_of(i, step)});
          ASSERT_TRUE(result) << result.error().to_string() << " under " << policy;
          got[static_cast<std::size_t>(i)] += bytes_of(result->outputs.view(0));
          ASSERT_TRUE(session->signal_phase(step % 2 == 0 ? "IO_WAIT" : "COMPUTE"));
        }
      });
    }
    for (std::thread& client : clients)
      client.join();
    EXPECT_EQ(got, expected) << policy;
  }
}

TEST(Djinn, AServerThatIsStoppedSaysSo) {
  RunningServer server;
  Client client = server.client({.connect_max = 1s, .reconnects_max = 1});
  const graph::Graph graph = *models::build_decoder(small_decoder(0));
  auto model = client.load(graph, *graph::seeded_weights(graph, 1));
  ASSERT_TRUE(model);
  auto session = model->open_session({.capacity = 64});
  ASSERT_TRUE(session && session->prefill({{1, 2}}));
  server.stop();
  const auto after = session->prefill({{3}});
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().blame(), Blame::kEnvironment);
}

}  // namespace
}  // namespace assay::djinn
