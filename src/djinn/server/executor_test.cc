// SPDX-License-Identifier: MIT
#include "djinn/server/executor.h"

#include <gmock/gmock.h>

#include <latch>

namespace assay::djinn {
namespace {

using ::testing::ElementsAre;

TEST(Executor, DoesTheUrgentFirstAndOneAtATime) {
  const SteadyClock clock;
  auto executor = *Executor::create({}, clock);
  std::latch begin(1);
  std::latch done(4);
  std::vector<std::string> order;
  const auto push = [&](QosClass qos, const std::string& name) {
    executor->push({.tenant = "t", .qos = qos}, [&, name] {
      order.push_back(name);  // No lock: one thread does all of them.
      done.count_down();
    });
  };
  executor->push({.tenant = "t", .qos = QosClass::kBatch}, [&] { begin.wait(); });
  push(QosClass::kBatch, "batch 1");
  push(QosClass::kBatch, "batch 2");
  push(QosClass::kRealtime, "realtime");
  push(QosClass::kInteractive, "interactive");
  begin.count_down();
  done.wait();
  EXPECT_THAT(order, ElementsAre("realtime", "interactive", "batch 1", "batch 2"));
}

TEST(Executor, LeavesWhatDidNotBegin) {
  const SteadyClock clock;
  std::latch began(1);
  int done = 0;
  {
    auto executor = *Executor::create({}, clock);
    std::latch end(1);
    executor->push({.tenant = "t"}, [&] {
      began.count_down();
      end.wait();
      ++done;
    });
    began.wait();
    executor->push({.tenant = "t"}, [&] { ++done; });
    EXPECT_EQ(executor->under_way(), 2);
    end.count_down();
  }
  EXPECT_GE(done, 1) << "what began ends";
}

}  // namespace
}  // namespace assay::djinn
