// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/server_factors.h"

#include <gmock/gmock.h>

#include "lab/workload/djinn/stand_in_devices.h"

namespace assay::workload {
namespace {

spec::Factors factors_with(const spec::Factors& settings) {
  spec::Factors factors;
  for (const spec::Parameter& parameter : server_parameters(stand_in_devices()))
    factors.set(parameter.name, *parameter.fallback);
  return overlay(factors, settings);
}

TEST(ServerFactors, WhatWasAskedIsWhatAServerSaysItHas) {
  for (const spec::Factors& settings :
       std::vector<spec::Factors>{{},
                                  {{"policy", std::string("none")}, {"host_mb", std::int64_t{0}}},
                                  {{"policy", std::string("lru")},
                                   {"arena_kb", std::int64_t{96}},
                                   {"states_kb", std::int64_t{1'000}}},
                                  {{"policy", std::string("reactive")},
                                   {"block_kb", std::int64_t{16}},
                                   {"text_mb", std::int64_t{5}}}}) {
    const spec::Factors asked = factors_with(settings);
    const auto request = read_server_factors(asked);
    ASSERT_TRUE(request) << request.error().to_string();
    TrialServers servers(stand_in_devices(), "");
    const auto server = servers.get(*request);
    ASSERT_TRUE(server) << server.error().to_string();
    const auto facts = read_server_facts(**server);
    ASSERT_TRUE(facts) << facts.error().to_string();
    spec::Factors observed = asked;
    observe_server(*facts, observed);
    for (const auto& [name, value] : asked.entries())
      EXPECT_EQ(codec::to_text(*observed.find(name)), codec::to_text(value)) << name;
    EXPECT_EQ(facts->idle_after, request->idle_after);
  }
}

TEST(ServerFactors, AServerThatHasSomethingElseIsNotTakenAtItsRequest) {
  const spec::Factors asked = factors_with({});
  const ServerFacts facts{.policy = "lru",
                          .layout = "contiguous",
                          .arena = Bytes(64 << 10),
                          .block = Bytes(8 << 10),
                          .states = Bytes(3 << 20),
                          .text = Bytes(32 << 20),
                          .host = Bytes(0)};
  spec::Factors observed = asked;
  observe_server(facts, observed);
  EXPECT_EQ(*observed.text("policy"), "lru");
  EXPECT_EQ(*observed.integer("arena_kb"), 64);
  EXPECT_EQ(*observed.integer("block_kb"), 8);
  EXPECT_EQ(*observed.integer("states_kb"), 3 << 10);
  EXPECT_EQ(*observed.integer("host_mb"), 0);
  EXPECT_EQ(*observed.integer("text_mb"), 32);
}

TEST(ServerFactors, APolicyThatMovesStatesNeedsSomewhereToMoveThem) {
  EXPECT_FALSE(read_server_factors(factors_with({{"host_mb", std::int64_t{0}}})));
}

}  // namespace
}  // namespace assay::workload
