// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/trial_server.h"

#include <gmock/gmock.h>

#include <map>

#include "engine/models/model_list.h"
#include "lab/workload/djinn/stand_in_devices.h"

namespace assay::workload {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kMi = std::int64_t{1} << 20U;

TrialServerRequest small() {
  return {.text = Bytes(8 * kMi), .stack = Bytes(kMi), .data = Bytes(3 * kMi)};
}

TEST(TrialServer, ServesAndCounts) {
  for (const bool is_tcp : {false, true}) {
    TrialServers servers(stand_in_devices(), "");
    TrialServerRequest request = small();
    request.is_tcp = is_tcp;
    const auto server = servers.get(request);
    ASSERT_TRUE(server) << server.error().to_string();
    EXPECT_TRUE((*server)->address().starts_with(is_tcp ? "tcp:127.0.0.1:" : "unix:/"));
    EXPECT_EQ((*server)->place(), "a thread of this process");
    auto client = (*server)->connect();
    ASSERT_TRUE(client) << client.error().to_string();
    const graph::Graph mlp = *models::build_model("mlp8-4");
    auto model = client->load(mlp, *graph::seeded_weights(mlp, 1));
    ASSERT_TRUE(model) << model.error().to_string();
    const std::uint64_t sent = client->counters().sent;
    const auto x = *tensor::HostTensor::create({tensor::DType::kF32, {1, 8}});
    const std::string input = mlp.node(mlp.of_kind(graph::NodeKind::kInput)[0]).name;
    ASSERT_TRUE(model->call({{input, x.view()}}));
    ASSERT_TRUE(model->call({{input, x.view()}}));
    const std::uint64_t called = client->counters().sent;
    EXPECT_GT(called, sent);
    const auto plans = (*server)->stats("plan_cache");
    ASSERT_TRUE(plans) << plans.error().to_string();
    EXPECT_EQ(*count_in(*plans, "hits"), 1);
    EXPECT_EQ(*count_in(*plans, "misses"), 1);
    EXPECT_FALSE(count_in(*plans, "prophecies"));
    EXPECT_EQ(client->counters().sent, called) << "counters are asked for on another connection";
  }
}

TEST(TrialServers, AreSharedByThoseWhoAskForTheSame) {
  TrialServers servers(stand_in_devices(), "");
  const auto first = servers.get(small());
  ASSERT_TRUE(first) << first.error().to_string();
  EXPECT_EQ(servers.get(small())->get(), first->get());
  TrialServerRequest other = small();
  other.purpose = "flushed";
  EXPECT_NE(servers.get(other)->get(), first->get());
  other = small();
  other.plans = Bytes(kMi);
  EXPECT_NE(servers.get(other)->get(), first->get());
}

TEST(TrialServers, OneThatNobodyHoldsIsGone) {
  TrialServers servers(stand_in_devices(), "");
  std::string address;
  {
    const auto server = servers.get(small());
    ASSERT_TRUE(server);
    address = (*server)->address();
  }
  EXPECT_FALSE(djinn::connect(address, {.connect_max = 100ms}));
  const auto again = servers.get(small());
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_TRUE((*again)->connect());
}

TEST(TrialServers, WhatCannotBeHadIsAnError) {
  TrialServers servers(stand_in_devices(), "");
  TrialServerRequest request = small();
  request.policy = "clairvoyant";
  EXPECT_FALSE(servers.get(request));
  request = small();
  request.device = "cup";
  const auto unknown = servers.get(request);
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().to_string(), HasSubstr("cpu"));
}

TEST(TrialServerRequest, SaysTheSameInFlagsAndInOptions) {
  TrialServerRequest request = small();
  request.policy = "reactive";
  request.idle_after = 250ms;
  const djinn::ServerOptions options = to_options(request);
  EXPECT_EQ(options.service.memory.device, Bytes(12 * kMi));
  EXPECT_EQ(options.service.sessions.policy_options.idle_after, Nanoseconds(250ms));
  const std::vector<std::string> flags = to_flags(request);
  std::map<std::string, std::string> values;
  for (std::size_t i = 0; i + 1 < flags.size(); i += 2)
    EXPECT_TRUE(values.emplace(flags[i], flags[i + 1]).second) << flags[i];
  EXPECT_EQ(values["--device-memory"], std::to_string(12 * kMi));
  EXPECT_EQ(values["--idle-threshold"], "250000us");
  EXPECT_EQ(static_cast<std::int64_t>(12.0 * kMi * std::stod(values["--text-ratio"])), 8 * kMi);
  EXPECT_EQ(values.size(), 14U);
}

}  // namespace
}  // namespace assay::workload
