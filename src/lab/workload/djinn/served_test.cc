// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/served.h"

#include <gmock/gmock.h>

#include <map>

#include "lab/workload/arm_under_test.h"
#include "lab/workload/djinn/stand_in_devices.h"

namespace assay::workload {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

WorkloadUnderTest served() {
  return WorkloadUnderTest(served_workload(stand_in_devices(), ""), 1);
}

const spec::Factors kStack{{"model", "encoder1x16x2"}, {"sequence", 4}, {"requests", 3}};
const spec::Factors kText{{"model", "gpt2_1x8x2"}, {"sequence", 5}, {"decode", 6}};

spec::Factors by_server(const spec::Factors& task, const spec::Factors& more) {
  return overlay(overlay(task, {{"way", "djinn"}, {"transport", "unix"}}), more);
}

/// After it was judged right and run three times.
std::map<std::string, Value> metrics_of(WorkloadUnderTest& workload, const spec::Factors& asked) {
  const auto arm = workload.arm(asked);
  if (arm == nullptr) return {};
  const auto verdict = arm->verify();
  EXPECT_TRUE(verdict && verdict->correct) << to_text(asked);
  EXPECT_TRUE(arm->run(3));
  const auto metrics = arm->metrics(3);
  return {metrics.begin(), metrics.end()};
}

struct Case {
  std::string name;
  spec::Factors asked;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"calls here", overlay(kStack, {{"way", "native"}})},
      {"calls", by_server(kStack, {})},
      {"calls over tcp", by_server(kStack, {{"transport", "tcp"}})},
      {"calls through shared memory", by_server(kStack, {{"transport", "memory"}})},
      {"text beside shared memory", by_server(kText, {{"transport", "memory"}})},
      {"calls without weights", by_server(kStack, {{"off", "weights"}})},
      {"calls that are copied", by_server(kStack, {{"off", "zero_copy"}})},
      {"text without weights", by_server(kText, {{"off", "weights"}})},
      {"text that is copied", by_server(kText, {{"off", "zero_copy"}})},
      {"calls without plans", by_server(kStack, {{"off", "plans"}})},
      {"calls one by one", by_server(kStack, {{"off", "pipelining"}})},
      {"calls of a graph that is sent", by_server(kStack, {{"way", "resent"}})},
      {"ops", by_server(kStack, {{"way", "per_op"}})},
      {"ops at once", by_server(kStack, {{"way", "per_op_pipelined"}})},
      {"text here", overlay(kText, {{"way", "native"}})},
      {"text", by_server(kText, {})},
      {"text over tcp", by_server(kText, {{"transport", "tcp"}})},
      {"text without keys", by_server(kText, {{"off", "kv"}})},
      {"text without plans", by_server(kText, {{"off", "plans"}})},
      {"text token by token", by_server(kText, {{"off", "pipelining"}})},
      {"text chosen here", by_server(kText, {{"off", "output_policy"}})},
      {"text of a graph that is sent", by_server(kText, {{"way", "resent"}})},
      {"text of two rows", by_server(kText, {{"batch", 2}})},
  };
  return all;
}

TEST(Served, EveryWayIsInForceAndGivesTheSameAnswer) {
  WorkloadUnderTest workload = served();
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const auto arm = workload.arm(c.asked);
    ASSERT_NE(arm, nullptr);
    const spec::Factors observed = arm->observed();
    const spec::Factors asked = workload.asked(c.asked);
    for (const auto& [name, value] : asked.entries()) {
      const spec::Scalar* const seen = observed.find(name);
      EXPECT_TRUE(seen != nullptr && *seen == value) << name;
    }
    const auto verdict = arm->verify();
    ASSERT_TRUE(verdict) << verdict.error().to_string();
    EXPECT_TRUE(verdict->correct) << verdict->error;
    const auto list = arm->metrics(1);
    const std::map<std::string, Value> metrics(list.begin(), list.end());
    const bool is_here = c.name == "calls here" || c.name == "text here";
    EXPECT_EQ(metrics.at("wire_total").number() == 0, is_here);
    EXPECT_EQ(metrics.at("stage_execute").has_number(), !is_here);
    EXPECT_GT(metrics.at("time_per_call").number(), 0);
  }
}

TEST(Served, BytesSayWhatTravels) {
  WorkloadUnderTest workload = served();
  const auto sent = [&](const spec::Factors& asked) {
    return metrics_of(workload, asked).at("wire_sent").number();
  };
  const auto received = [&](const spec::Factors& asked) {
    return metrics_of(workload, asked).at("wire_received").number();
  };
  // 3 calls of 4 x 16 floats; the weights are 4 (16 16 + 16) + 2 16 64 + 64 + 16 + 4 16 floats.
  const double weights = 4 * (4 * (16 * 16 + 16) + 2 * 16 * 64 + 64 + 16 + 4 * 16);
  const double plain = sent(by_server(kStack, {}));
  EXPECT_GE(plain, 3 * 4 * 16 * 4);
  EXPECT_LE(plain, 3 * (4 * 16 * 4 + 512));
  EXPECT_GE(sent(by_server(kStack, {{"off", "weights"}})), 3 * weights);
  EXPECT_GT(sent(by_server(kStack, {{"way", "resent"}})), plain + 1000) << "graphs";
  EXPECT_GT(sent(by_server(kStack, {{"way", "per_op"}})), 3 * plain) << "results go to and fro";
  EXPECT_EQ(sent(by_server(kStack, {{"off", "pipelining"}})), plain);
  const double text = sent(by_server(kText, {}));
  EXPECT_GT(received(by_server(kText, {{"off", "output_policy"}})), 6 * 50'257 * 4) << "scores";
  EXPECT_LT(received(by_server(kText, {})), 2'000) << "ids";
  EXPECT_GT(sent(by_server(kText, {{"off", "kv"}})), 2 * text);
}

TEST(Served, PlansAreKeptOrMadeAnew) {
  WorkloadUnderTest workload = served();
  const auto kept = metrics_of(workload, by_server(kStack, {}));
  const auto flushed = metrics_of(workload, by_server(kStack, {{"off", "plans"}}));
  EXPECT_GT(flushed.at("stage_plan").number(), 0);
  EXPECT_GT(kept.at("stage_plan").number(), 0);
}

TEST(Served, SaysWhatItCannotDoAndWhatIsNoQuestion) {
  WorkloadUnderTest workload = served();
  EXPECT_THAT(workload.unsupported_reason(by_server(kText, {{"way", "per_op"}})),
              HasSubstr("changes a state"));
  EXPECT_THAT(workload.skipped_reason(by_server(kStack, {{"off", "kv"}})),
              HasSubstr("without states"));
  EXPECT_THAT(workload.skipped_reason(by_server(kStack, {{"off", "output_policy"}})),
              HasSubstr("nothing to leave out"));
  EXPECT_THAT(workload.skipped_reason(by_server(kStack, {{"requests", 1}, {"off", "pipelining"}})),
              HasSubstr("a single call"));
  const spec::Factors chain{{"model", "mlp8-8-8"}, {"requests", 1}};
  EXPECT_THAT(workload.skipped_reason(by_server(chain, {{"way", "per_op_pipelined"}})),
              HasSubstr("nothing overlaps"));
}

TEST(Served, FactorsThatContradictEachOtherAreTheUsersMistake) {
  const WorkloadUnderTest workload = served();
  const auto problem = [&](const spec::Factors& settings) {
    const auto checked = workload.entry().check(workload.asked(settings));
    return checked ? std::string() : checked.error().to_string();
  };
  EXPECT_EQ(problem({{"way", "native"}}), "");
  EXPECT_EQ(problem(by_server(kStack, {{"off", "plans"}})), "");
  EXPECT_THAT(problem({{"way", "native"}, {"transport", "unix"}}), HasSubstr("transport is none"));
  EXPECT_THAT(problem({{"way", "djinn"}}), HasSubstr("with transport none"));
  EXPECT_THAT(problem(by_server(kStack, {{"way", "per_op"}, {"off", "kv"}})),
              HasSubstr("only the way djinn"));
}

}  // namespace
}  // namespace assay::workload
