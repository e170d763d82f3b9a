// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/agent_population.h"

#include <gmock/gmock.h>

#include "lab/workload/djinn/stand_in_devices.h"
#include "lab/workload/djinn/trial_server.h"

namespace assay::workload {
namespace {

using ::testing::HasSubstr;

PopulationRequest request_of(std::int64_t agents) {
  return {.agents = agents, .window = 2s, .time_scale = 0.01, .turns_max = 50, .seed = 9};
}

TEST(DrawAgents, WaitsFillTheWindowAndDependOnNobodyElse) {
  const PopulationRequest request = request_of(20);
  const auto agents = draw_agents(request);
  ASSERT_EQ(agents.size(), 20U);
  const auto fewer = draw_agents(request_of(5));
  for (std::size_t i = 0; i < agents.size(); ++i) {
    Nanoseconds sum{0};
    for (std::size_t j = 0; j < agents[i].size(); ++j) {
      const ToolWait& wait = agents[i][j];
      EXPECT_EQ(wait.estimate, wait.length) << "exact by default";
      EXPECT_LE(wait.length, 200ms);
      EXPECT_TRUE(j == 0 || wait.length >= 100ms) << "10 to 20 s at a hundredth";
      sum += wait.length;
    }
    EXPECT_GE(sum, request.window);
    if (i < fewer.size()) {
      ASSERT_EQ(fewer[i].size(), agents[i].size());
      EXPECT_EQ(fewer[i].back().length, agents[i].back().length);
    }
  }
  EXPECT_NE(agents[0][0].length, agents[1][0].length) << "nobody keeps step";
}

TEST(DrawAgents, NobodyHasMoreTurnsThanThereIsRoomFor) {
  PopulationRequest request = request_of(30);
  request.law = djinn::ThinkLaw::kTrace;
  request.turns_max = 3;
  for (const auto& waits : draw_agents(request))
    EXPECT_LE(waits.size(), 3U);
}

TEST(Slo, IsKeptUpToOneInAHundred) {
  PopulationOutcome outcome{.agents = 2, .opened = 2};
  const Slo slo{.wake_max = 10ms, .request_max = 20ms};
  for (int i = 0; i < 99; ++i)
    outcome.turns.push_back({.request = 12ms, .active = 4ms});
  EXPECT_TRUE(keeps(outcome, slo));
  PopulationOutcome few = outcome;
  few.turns.back().request = 15ms;
  EXPECT_FALSE(keeps(few, slo)) << "one wake of 99 is late";
  few.turns.push_back({.request = 1ms, .active = 0ms});
  EXPECT_TRUE(keeps(few, slo)) << "one of a hundred";
  few.turns[0].request = 21ms;
  few.turns[0].active = 20ms;
  EXPECT_FALSE(keeps(few, slo)) << "one wake and one request";
  EXPECT_EQ(late_turns(few, slo), 2);
  for (const auto& spoil :
       std::vector<void (*)(PopulationOutcome&)>{[](PopulationOutcome& one) { one.wrong = 1; },
                                                 [](PopulationOutcome& one) { one.failures = 1; },
                                                 [](PopulationOutcome& one) { one.opened = 1; }}) {
    PopulationOutcome spoilt = outcome;
    spoil(spoilt);
    EXPECT_FALSE(keeps(spoilt, slo));
  }
}

/// A server with room for four sessions on the device, and agents on it.
class Population : public ::testing::Test {
 protected:
  void start(const std::string& policy) {
    auto model = make_agent_model(1, 64);
    ASSERT_TRUE(model);
    StandInDevice device;
    auto scripts = write_scripts(device, *model, kSizes, 3, 1);
    ASSERT_TRUE(scripts) << scripts.error().to_string();
    scripts_ = *std::move(scripts);
    auto server = servers_.get({.text = Bytes(8 << 20),
                                .stack = Bytes(1 << 20),
                                .data = Bytes(4 * kSessionBytes),
                                .layout = djinn::DataLayout::kContiguous,
                                .arena = Bytes(kSessionBytes),
                                .block = Bytes(4096),
                                .host = Bytes(policy == "none" ? 0 : 1 << 20),
                                .policy = policy,
                                .idle_after = 1ms,
                                .margin = 1ms});
    ASSERT_TRUE(server) << server.error().to_string();
    server_ = *std::move(server);
    auto client = server_->connect();
    ASSERT_TRUE(client);
    client_.emplace(*std::move(client));
    const auto loaded = client_->load(model->graph, model->weights);
    ASSERT_TRUE(loaded) << loaded.error().to_string();
    place_ = {server_->address(), loaded->facts().model, kSizes.context};
  }
  PopulationOutcome live(std::int64_t agents) {
    const PopulationRequest request{.agents = agents,
                                    .window = 100ms,
                                    .time_scale = 0.001,
                                    .turns_max = kSizes.turns_max(),
                                    .seed = 4};
    auto outcome = run_population(place_, scripts_, request.window, draw_agents(request));
    EXPECT_TRUE(outcome) << outcome.error().to_string();
    return outcome ? *std::move(outcome) : PopulationOutcome();
  }
  static constexpr std::int64_t kSessionBytes = 32 << 10;
  static constexpr ScriptSizes kSizes{.context = 48, .prompt = 16, .answered = 2};

  TrialServers servers_{stand_in_devices(), ""};
  std::shared_ptr<TrialServer> server_;
  std::optional<djinn::Client> client_;
  std::vector<AgentScript> scripts_;
  PopulationPlace place_;
};

TEST_F(Population, TwiceAsManyAsFitAreAllServedRightUnderEveryPolicy) {
  for (const char* const policy : {"lazy", "proactive", "reactive", "lru"}) {
    start(policy);
    const PopulationOutcome outcome = live(8);
    EXPECT_EQ(outcome.opened, 8) << policy << ": " << outcome.failure;
    EXPECT_EQ(outcome.failures, 0) << policy << ": " << outcome.failure;
    EXPECT_EQ(outcome.wrong, 0) << policy;
    EXPECT_GE(outcome.turns.size(), 8U);
    EXPECT_EQ(outcome.compared, std::ssize(outcome.turns) + 8);
    for (const TurnTimes& turn : outcome.turns)
      EXPECT_GE(turn.wake(), 0ns);
    const auto pool = server_->stats("swap_pool");
    ASSERT_TRUE(pool);
    EXPECT_GT(*count_in(*pool, "restores"), 0) << policy << " moved states";
  }
}

TEST_F(Population, WhoIsRefusedEndsItForAll) {
  start("none");
  EXPECT_EQ(live(4).failures, 0);
  const PopulationOutcome outcome = live(5);
  EXPECT_EQ(outcome.opened, 4);
  EXPECT_EQ(outcome.failures, 1);
  EXPECT_THAT(outcome.failure, HasSubstr("no session"));
  EXPECT_TRUE(outcome.turns.empty()) << "nobody begins where one is missing";
  EXPECT_FALSE(keeps(outcome, {.wake_max = 1h, .request_max = 1h}));
}

TEST_F(Population, AWrongAnswerIsSeen) {
  start("none");
  scripts_[1][1].answer[0] ^= 1;
  const PopulationOutcome outcome = live(3);
  EXPECT_EQ(outcome.failures, 0) << outcome.failure;
  EXPECT_EQ(outcome.wrong, 1) << "the second agent's first turn";
}

TEST_F(Population, AServerThatIsGoneIsAFailureAndNoHang) {
  start("none");
  place_.address = "unix:/nowhere/at/all";
  const PopulationOutcome outcome = live(3);
  EXPECT_EQ(outcome.failures, 3);
  EXPECT_EQ(outcome.opened, 0);
}

}  // namespace
}  // namespace assay::workload
