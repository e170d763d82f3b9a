// SPDX-License-Identifier: MIT
// Decoders whose states live in Djinn's memory, on a device far too small for all of them, against
// sessions that have memory of their own: every score of every step is the same, bit for bit,
// however often the states left the device in between.
#include <gmock/gmock.h>

#include <cstring>
#include <map>

#include "core/random.h"
#include "djinn/memory/device_memory.h"
#include "engine/backends/cpu/cpu_device.h"
#include "engine/models/builders/decoder.h"
#include "engine/runtime/decoder_step.h"
#include "engine/runtime/text_session.h"

namespace assay::tests {
namespace {

using djinn::DataLayout;
using djinn::DeviceMemory;
using djinn::RefusalReason;
using djinn::SessionId;
using djinn::SessionStore;
using runtime::TextSession;
using runtime::TokenId;

constexpr std::int64_t kCapacity = 200;
constexpr std::int64_t kVocabulary = 50;

std::shared_ptr<backend::LoadedModel> tiny_decoder(backend::Device& device, bool is_llama) {
  const models::DecoderConfig config{.vocabulary = kVocabulary,
                                     .width = 32,
                                     .depth = 2,
                                     .heads = 4,
                                     .kv_heads = is_llama ? 2 : 4,
                                     .head_width = 16,
                                     .mlp_width = 64,
                                     .positions = is_llama ? 0 : kCapacity,
                                     .is_llama = is_llama};
  const graph::Graph graph = *models::build_decoder(config);
  auto model = device.load(graph, *graph::seeded_weights(graph, 3), {});
  ASSAY_CHECK(model.has_value(), "a small decoder loads");
  return std::move(*model);
}

struct Agent {
  SessionId session;
  TextSession twin;  ///< The same tokens in memory of its own.
  std::int64_t length = 0;
  std::int64_t used_last = 0;
};

class Server {
 public:
  Server(bool is_llama, DataLayout layout, std::uint64_t seed)
      : random_(seed), device_(cpu::make_cpu_device()), model_(tiny_decoder(*device_, is_llama)) {
    const auto signature = executable(1).signature();
    layout_ = *djinn::StateLayout::create(signature.states);
    const Bytes data = layout_->size() * 2 + Bytes(1 << 15);
    auto memory = DeviceMemory::create({.device = data + Bytes(1 << 17),
                                        .text = Bytes(1 << 16),
                                        .stack = Bytes(1 << 16),
                                        .layout = layout,
                                        .arena_size = layout_->size(),
                                        .block_size = Bytes(4096),
                                        .host = layout_->size() * 12,
                                        .host_block_size = Bytes(8192),
                                        .verifies_restores = true});
    ASSAY_CHECK(memory.has_value(), "a small device is there");
    memory_ = std::move(*memory);
  }

  void open_agents(int count) {
    for (int i = 0; i < count; ++i) {
      auto id = store().open(*layout_);
      if (!id) {
        ASSERT_TRUE(make_room());
        id = store().open(*layout_);
      }
      ASSERT_TRUE(id.has_value());
      agents_.push_back({*id, *TextSession::create(model_, {.capacity = kCapacity})});
    }
  }

  void step() {
    Agent& agent = agents_[random_.below(agents_.size())];
    const std::int64_t count = random_.coin() ? 1 : static_cast<std::int64_t>(random_.below(9)) + 1;
    if (agent.length + count > kCapacity) return forget_the_end(agent);
    std::vector<TokenId> tokens;
    for (std::int64_t i = 0; i < count; ++i) {
      tokens.push_back(static_cast<TokenId>(random_.below(kVocabulary)));
    }
    bring_back(agent);
    while (!store().prepare_append(agent.session, {count}))
      ASSERT_TRUE(make_room());
    ASSERT_TRUE(store().pin(agent.session));
    const std::vector<float> scores = run(agent, tokens);
    ASSERT_TRUE(store().unpin(agent.session));
    ASSERT_TRUE(store().commit_append(agent.session, {count}));
    const auto wanted = agent.twin.append({tokens});
    ASSERT_TRUE(wanted.has_value());
    ASSERT_EQ(std::memcmp(scores.data(), (*wanted)[0].data(), scores.size() * sizeof(float)), 0)
        << "after " << agent.length << " tokens";
    agent.length += count;
    agent.used_last = ++uses_;
    ASSERT_TRUE(memory_->check().has_value());
  }

  djinn::SwapCounts counts() { return memory_->report().swap; }

 private:
  SessionStore& store() { return memory_->sessions(); }

  backend::Executable& executable(std::int64_t sequence) {
    auto& executable = executables_[sequence];
    if (executable == nullptr) {
      executable = std::move(*model_->prepare(runtime::decoder_bindings(1, sequence, kCapacity)));
    }
    return *executable;
  }

  std::vector<float> run(Agent& agent, const std::vector<TokenId>& tokens) {
    const auto step = runtime::DecoderStep::create({tokens}, {agent.length}, kCapacity);
    std::vector<float> scores(kVocabulary);
    const tensor::AnyView output = tensor::dense_view(static_cast<void*>(scores.data()),
                                                      {tensor::DType::kF32, {1, kVocabulary}});
    const auto states = store().states(agent.session);
    const auto ran = step->run(executable(step->sequence()), *states, {&output, 1});
    EXPECT_TRUE(ran.has_value());
    return scores;
  }

  /// The least recently used of those on the device leaves it.
  bool make_room() {
    const Agent* victim = nullptr;
    for (const Agent& agent : agents_) {
      const bool is_here = store().facts(agent.session)->residence != djinn::Residence::kHostOnly;
      const bool is_older = victim == nullptr || agent.used_last < victim->used_last;
      if (is_here && is_older && agent.session != returning_) victim = &agent;
    }
    if (victim == nullptr) return false;
    auto work = store().begin_clean(victim->session, Bytes(1 << 30));
    if (!work) return false;
    work->run();
    return store().finish(std::move(*work)).has_value() &&
           store().drop(victim->session).has_value();
  }

  void bring_back(Agent& agent) {
    returning_ = agent.session;
    if (store().facts(agent.session)->residence != djinn::Residence::kHostOnly) return;
    auto work = store().begin_restore(agent.session);
    while (!work) {
      ASSERT_EQ(work.error().reason, RefusalReason::kDeviceFull);
      ASSERT_TRUE(make_room());
      work = store().begin_restore(agent.session);
    }
    work->run();
    ASSERT_TRUE(store().finish(std::move(*work)));
  }

  /// A prompt is taken up again from an earlier place.
  void forget_the_end(Agent& agent) {
    agent.length /= 2;
    ASSERT_TRUE(store().truncate(agent.session, 0, agent.length));
    ASSERT_TRUE(agent.twin.truncate(0, agent.length));
  }

  Random random_;
  std::unique_ptr<backend::Device> device_;
  std::shared_ptr<backend::LoadedModel> model_;
  std::map<std::int64_t, std::unique_ptr<backend::Executable>> executables_;
  std::optional<djinn::StateLayout> layout_;
  std::unique_ptr<DeviceMemory> memory_;
  std::vector<Agent> agents_;
  SessionId returning_;
  std::int64_t uses_ = 0;
};

TEST(SwappedDecoder, ScoresAreThoseOfADecoderThatNeverLeft) {
  for (const bool is_llama : {false, true}) {
    for (const DataLayout layout : {DataLayout::kPaged, DataLayout::kContiguous}) {
      Server server(is_llama, layout, is_llama ? 5 : 6);
      server.open_agents(6);
      for (int step = 0; step < 400; ++step) {
        server.step();
        ASSERT_FALSE(HasFailure()) << to_text(layout) << " step " << step;
      }
      EXPECT_GT(server.counts().restores, 100) << "states came and went";
    }
  }
}

}  // namespace
}  // namespace assay::tests
