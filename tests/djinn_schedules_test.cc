// SPDX-License-Identifier: MIT
// Small schedules of everything that may happen to sessions between two requests: their states
// leave and come back, plans are flushed, connections break, others decode in the same step,
// sessions start anew. Every answer is to the bit the one of the engine in this process.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "core/codec/temporary_folder.h"
#include "core/random.h"
#include "djinn/client/client.h"
#include "djinn/server/server.h"
#include "engine/backends/reference/reference_device.h"
#include "engine/models/builders/decoder.h"
#include "engine/runtime/generation.h"

namespace assay::djinn {
namespace {

/// ASSAY_SCHEDULES=10000 build/release/tests/djinn_schedules_test: more of them by hand.
int schedules() {
  const char* const asked = std::getenv("ASSAY_SCHEDULES");
  return asked == nullptr ? 300 : std::max(4, std::atoi(asked));
}

constexpr int kClients = 4;
constexpr std::int64_t kCapacity = 20;

graph::Graph decoder() {
  return *models::build_decoder({.vocabulary = 16,
                                 .width = 8,
                                 .depth = 1,
                                 .heads = 2,
                                 .kv_heads = 2,
                                 .head_width = 4,
                                 .mlp_width = 16,
                                 .positions = kCapacity});
}

DeviceServiceOptions tight_service(const std::string& policy) {
  // Places for three sessions of four that are open at once.
  return {.memory = {.device = Bytes((3 << 20) + 3 * 4096),
                     .text = Bytes(2 << 20),
                     .stack = Bytes(1 << 20),
                     .block_size = Bytes(4096),
                     .host = Bytes(policy == "none" ? 0 : 1 << 20),
                     .host_block_size = Bytes(4096),
                     .verifies_restores = true},
          .sessions = {.policy = policy},
          .batch_rows = 3};
}

std::vector<TokenId> some_tokens(Random& random, std::uint64_t most) {
  std::vector<TokenId> tokens;
  for (std::uint64_t count = 1 + random.below(most); count > 0; --count)
    tokens.push_back(static_cast<TokenId>(random.below(16)));
  return tokens;
}

/// One step of a schedule there and here; what differs, or nothing.
std::string step(Session& session, std::optional<runtime::TextSession>& own,
                 const std::shared_ptr<backend::LoadedModel>& model, std::int64_t& held,
                 Random& random) {
  const bool is_anew = random.below(6) == 0 || held > 10;
  AppendOptions options{.policy = OutputPolicy::kLast, .starts_anew = is_anew};
  if (is_anew) {
    own = *runtime::TextSession::create(model, {.capacity = kCapacity});
    held = 0;
  }
  const std::vector<TokenId> tokens = some_tokens(random, random.coin() ? 1 : 4);
  held += std::ssize(tokens);
  if (random.coin()) {
    options.policy = OutputPolicy::kIds;
    options.generate = static_cast<std::uint32_t>(1 + random.below(5));
    options.sampling = Sampling{.top_k = 5, .seed = random.below(100)};
    held += options.generate - 1;
  }
  const auto got = session.append({tokens}, options);
  if (!got) return got.error().to_string();
  if (options.generate == 0) {
    const auto expected = own->append({tokens});
    const bool is_equal = got->outputs.view(0).data != nullptr &&
                          std::memcmp(got->outputs.view(0).data, (*expected)[0].data(),
                                      (*expected)[0].size_bytes()) == 0;
    return is_equal ? "" : "other scores";
  }
  const auto expected = runtime::generate(*own, {tokens},
                                          {.sampling = {.top_k = 5},
                                           .tokens_max = options.generate,
                                           .stops = {},
                                           .seed = options.sampling->seed});
  return expected && got->generated == *expected ? "" : "other tokens";
}

/// Between two steps.
void disturb(Client& client, const Model& model, Session& session, Random& random) {
  switch (random.below(8)) {
    case 0:
      std::ignore = client.flush_plans();
      return;
    case 1:
      std::ignore = client.flush_plans(model);
      return;
    case 2:
      client.channel().link().value()->break_off();
      return;
    case 3:
      std::ignore = session.signal_phase("IO_WAIT", Nanoseconds(1ms));
      return;
    case 4:
      std::ignore = session.signal_phase("COMPUTE");
      return;
    default:
      return;
  }
}

/// What went wrong in any of them, with the seed by which it comes again.
std::string run_schedules(const std::string& address, std::atomic<int>& next, int until) {
  const graph::Graph graph = decoder();
  const graph::Weights weights = *graph::seeded_weights(graph, 1);
  const auto device = reference::make_reference_device();
  const std::shared_ptr<backend::LoadedModel> loaded = *device->load(graph, weights, {});
  auto client = connect(address);
  if (!client) return client.error().to_string();
  const auto model = client->load(graph, weights);
  if (!model) return model.error().to_string();
  for (int seed = next++; seed < until; seed = next++) {
    Random random(static_cast<std::uint64_t>(seed));
    auto session = Model(*model).open_session({.capacity = kCapacity});
    if (!session) return session.error().to_string();
    std::optional own = *runtime::TextSession::create(loaded, {.capacity = kCapacity});
    std::int64_t held = 0;
    for (int i = 0; i < 4; ++i) {
      const std::string wrong = step(*session, own, loaded, held, random);
      if (!wrong.empty()) return format("schedule {}, step {}: {}", seed, i, wrong);
      disturb(*client, *model, *session, random);
    }
    // Also over a new connection: its place is somebody's who waits.
    if (const auto closed = session->close(); !closed) return closed.error().to_string();
  }
  return "";
}

TEST(DjinnSchedules, EveryAnswerIsTheEnginesWhateverHappensInBetween) {
  for (const std::string policy : {"none", "lru", "lazy", "proactive"}) {
    const codec::TemporaryFolder folder("schedules");
    const std::string address = "unix:" + (folder.path() / "djinn.sock").string();
    const auto device = reference::make_reference_device();
    const SteadyClock clock;
    auto server = *Server::create(
        *device, {.listen = {*parse_address(address)}, .service = tight_service(policy)}, clock);
    std::thread serving([&] { EXPECT_TRUE(server->run()); });
    std::atomic<int> next = 0;
    std::vector<std::string> wrong(kClients);
    std::vector<std::thread> clients;
    for (std::string& one : wrong)
      clients.emplace_back([&] { one = run_schedules(address, next, schedules() / 4); });
    for (std::thread& client : clients)
      client.join();
    for (const std::string& one : wrong)
      EXPECT_EQ(one, "") << policy;
    server->stop();
    serving.join();
  }
}

}  // namespace
}  // namespace assay::djinn
