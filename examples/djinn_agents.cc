// SPDX-License-Identifier: MIT
// A population of agents on a djinnd: each one reads a prompt, writes, waits as for a tool, and
// goes on; what it writes has to be what the same agent wrote before, whatever happened to its
// state meanwhile. For `assay djinn top` to look at, and for scripts/djinn_soak.
//
//   djinn_agents unix:djinn.sock [AGENTS] [SECONDS]
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

#include "core/clock.h"
#include "core/random.h"
#include "djinn/client/client.h"
#include "engine/models/builders/decoder.h"

namespace {

using assay::Nanoseconds;
using assay::Result;
using assay::djinn::TokenId;
using Tokens = std::vector<TokenId>;

constexpr std::int64_t kVocabulary = 100;
constexpr int kTurns = 12;
constexpr std::uint64_t kCharacters = 16;  ///< Agents of one character write the same.

/// What all of them share.
struct Population {
  std::atomic<bool> is_over{false};
  std::atomic<std::uint64_t> lives{0};
  std::atomic<std::uint64_t> turns{0};
  std::atomic<std::uint64_t> wrong{0};
  std::mutex mutex;
  std::map<std::uint64_t, Tokens> written;  ///< By character, the first time.
};

Tokens prompt_of(std::uint64_t character) {
  assay::Random random(character);
  Tokens prompt(200 + random.below(100));
  for (TokenId& token : prompt)
    token = static_cast<TokenId>(random.below(kVocabulary));
  return prompt;
}

/// One life of an agent, from its prompt to its end; what it wrote.
Result<Tokens> live(assay::djinn::Model& model, std::uint64_t character, assay::Random& random,
                    Population& all) {
  ASSAY_TRY(auto session, model.open_session({.capacity = 512}));
  Tokens input = prompt_of(character);
  Tokens written;
  for (int turn = 0; turn < kTurns && !all.is_over.load(); ++turn) {
    ASSAY_TRY(const auto result, session.decode({input}, 4));
    written.insert(written.end(), result.generated[0].begin(), result.generated[0].end());
    input = {written.back(), static_cast<TokenId>(turn)};
    ++all.turns;
    const Nanoseconds tool = std::chrono::microseconds(random.below(50'000));
    ASSAY_TRY_VOID(session.signal_phase("IO_WAIT", tool));
    std::this_thread::sleep_for(tool);  // The tool runs.
    ASSAY_TRY_VOID(session.signal_phase("COMPUTE"));
  }
  ASSAY_TRY_VOID(session.close());
  return written;
}

Result<void> be_agent(const char* address, std::uint64_t number, Population& all) {
  const auto graph = assay::models::build_decoder({.vocabulary = kVocabulary,
                                                   .width = 64,
                                                   .depth = 2,
                                                   .heads = 4,
                                                   .kv_heads = 4,
                                                   .head_width = 16,
                                                   .mlp_width = 256});
  ASSAY_TRY(const auto weights, assay::graph::seeded_weights(*graph, 7));
  ASSAY_TRY(auto client, assay::djinn::connect(address, {.client = "djinn_agents"}));
  ASSAY_TRY(auto model, client.load(*graph, weights, {.name = "agent"}));
  assay::Random random(number);
  while (!all.is_over.load()) {
    const std::uint64_t character = random.below(kCharacters);
    ASSAY_TRY(const Tokens written, live(model, character, random, all));
    if (all.is_over.load()) return {};
    ++all.lives;
    const std::scoped_lock lock(all.mutex);
    const auto [first, is_first] = all.written.emplace(character, written);
    if (!is_first && first->second != written) ++all.wrong;
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const char* const address = argc > 1 ? argv[1] : "unix:djinn.sock";
  const int agents = argc > 2 ? std::atoi(argv[2]) : 16;
  const int seconds = argc > 3 ? std::atoi(argv[3]) : 60;
  Population all;
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < agents; ++i) {
    threads.emplace_back([&, i] {
      const auto done = be_agent(address, static_cast<std::uint64_t>(i), all);
      if (done) return;
      ++failures;
      std::fprintf(stderr, "agent %d: %s\n", i, done.error().to_string().c_str());
    });
  }
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  all.is_over.store(true);
  for (std::thread& thread : threads)
    thread.join();
  std::printf("%d agents, %d s: %llu turns, %llu lives, %llu wrong, %d failed\n", agents, seconds,
              static_cast<unsigned long long>(all.turns.load()),
              static_cast<unsigned long long>(all.lives.load()),
              static_cast<unsigned long long>(all.wrong.load()), failures.load());
  return all.wrong.load() == 0 && failures.load() == 0 && all.lives.load() > 0 ? 0 : 1;
}
