// SPDX-License-Identifier: MIT
#include "djinn/schedule/service_queue.h"

#include <gmock/gmock.h>

#include <map>

#include "core/random.h"

namespace assay::djinn {
namespace {

ServiceRequest request(std::uint64_t id, QosClass qos, std::string tenant = "a",
                       Nanoseconds predicted = 1ms) {
  return {.id = id, .tenant = std::move(tenant), .qos = qos, .predicted = predicted};
}

ServiceQueue queue_of(const ServiceOptions& options) {
  auto queue = ServiceQueue::create(options);
  ASSAY_CHECK(queue.has_value(), "the options make sense");
  return std::move(*queue);
}

std::optional<std::uint64_t> started(ServiceQueue& queue, Nanoseconds now) {
  const auto next = queue.start(now);
  return next ? std::optional(next->id) : std::nullopt;
}

TEST(ServiceQueue, RefusesSlotsThatMakeNoSense) {
  const auto message = [](const ServiceOptions& options) {
    const auto queue = ServiceQueue::create(options);
    return queue ? std::string() : queue.error().message();
  };
  EXPECT_THAT(message({.slots = 0}), testing::HasSubstr("0 slots"));
  EXPECT_THAT(message({.slots = 2, .reserved = {1, 1, 1}}), testing::HasSubstr("3 are reserved"));
  EXPECT_THAT(message({.slots = 2, .reserved = {2, -1, 0}}), testing::HasSubstr("slots"));
  EXPECT_THAT(message({.slots = 2, .reserved = {1, 1, 0}}),
              testing::HasSubstr("it could never run"));
  EXPECT_THAT(message({.quantum = 0ns}), testing::HasSubstr("quantum"));
  EXPECT_EQ(message({.slots = 3, .reserved = {1, 1, 1}}), "");
}

TEST(ServiceQueue, HigherClassesGoFirst) {
  ServiceQueue queue = queue_of({.slots = 3});
  queue.push(1ms, request(1, QosClass::kBatch));
  queue.push(1ms, request(2, QosClass::kInteractive));
  queue.push(1ms, request(3, QosClass::kRealtime));
  EXPECT_EQ(started(queue, 2ms), 3U);
  EXPECT_EQ(started(queue, 2ms), 2U);
  EXPECT_EQ(started(queue, 2ms), 1U);
  EXPECT_EQ(started(queue, 2ms), std::nullopt);
}

TEST(ServiceQueue, ReservedSlotsStayFreeForTheirClass) {
  ServiceQueue queue = queue_of({.slots = 3, .reserved = {1, 0, 0}});
  for (std::uint64_t id = 1; id <= 3; ++id)
    queue.push(1ms, request(id, QosClass::kBatch));
  EXPECT_EQ(started(queue, 1ms), 1U);
  EXPECT_EQ(started(queue, 1ms), 2U);
  EXPECT_EQ(started(queue, 1ms), std::nullopt) << "the third is realtime's, wanted or not";
  queue.push(2ms, request(9, QosClass::kRealtime));
  EXPECT_EQ(queue.to_preempt(2ms), std::nullopt) << "it needs nobody's slot";
  EXPECT_EQ(started(queue, 2ms), 9U);
  queue.push(2ms, request(10, QosClass::kRealtime));
  EXPECT_EQ(queue.to_preempt(2ms), 2U) << "the one that began last";
}

TEST(ServiceQueue, PreemptsBetweenTokensAndNotForEver) {
  ServiceQueue queue = queue_of({.slots = 1, .stops_max = 2});
  queue.push(1ms, request(1, QosClass::kBatch, "a", 50ms));
  EXPECT_EQ(started(queue, 1ms), 1U);
  for (std::uint64_t i = 0; i < 2; ++i) {
    queue.push(2ms, request(10 + i, QosClass::kRealtime));
    ASSERT_EQ(queue.to_preempt(2ms), 1U);
    queue.stop(2ms, 1, 40ms);
    EXPECT_EQ(started(queue, 2ms), 10 + i);
    queue.finish(3ms, 10 + i);
    EXPECT_EQ(started(queue, 3ms), 1U);
  }
  queue.push(4ms, request(20, QosClass::kRealtime));
  EXPECT_EQ(queue.to_preempt(4ms), std::nullopt) << "it was stopped twice";
  EXPECT_EQ(queue.counts(QosClass::kBatch).stopped, 2);
}

TEST(ServiceQueue, NeverPreemptsItsEquals) {
  ServiceQueue queue = queue_of({.slots = 1});
  queue.push(1ms, request(1, QosClass::kInteractive));
  EXPECT_EQ(started(queue, 1ms), 1U);
  queue.push(1ms, request(2, QosClass::kInteractive));
  queue.push(1ms, request(3, QosClass::kBatch));
  EXPECT_EQ(queue.to_preempt(1ms), std::nullopt);
}

TEST(ServiceQueue, WhoStarvesGoesFirst) {
  ServiceQueue queue = queue_of({.slots = 1, .starves_after = 10ms});
  queue.push(1ms, request(1, QosClass::kBatch));
  queue.push(5ms, request(2, QosClass::kRealtime));
  queue.push(5ms, request(3, QosClass::kRealtime));
  EXPECT_EQ(started(queue, 6ms), 2U);
  queue.finish(11ms, 2);
  EXPECT_EQ(started(queue, 11ms), 1U) << "it waited for 10 ms";
  EXPECT_EQ(queue.to_preempt(11ms), std::nullopt) << "and is left alone";
}

TEST(ServiceQueue, FcfsKnowsNoClasses) {
  ServiceQueue queue = queue_of({.slots = 1, .reserved = {1, 0, 0}, .order = ServiceOrder::kFcfs});
  queue.push(1ms, request(1, QosClass::kBatch));
  queue.push(2ms, request(2, QosClass::kRealtime));
  EXPECT_EQ(started(queue, 3ms), 1U);
  EXPECT_EQ(queue.to_preempt(3ms), std::nullopt);
  queue.finish(4ms, 1);
  EXPECT_EQ(started(queue, 4ms), 2U);
}

TEST(ServiceQueue, CountsDeadlinesAndCancels) {
  ServiceQueue queue = queue_of({.slots = 2});
  ServiceRequest early = request(1, QosClass::kRealtime);
  early.deadline = 5ms;
  ServiceRequest late = request(2, QosClass::kRealtime);
  late.deadline = 3ms;
  queue.push(1ms, early);
  queue.push(1ms, late);
  queue.push(1ms, request(3, QosClass::kRealtime));
  ASSERT_TRUE(started(queue, 2ms) && started(queue, 2ms));
  EXPECT_TRUE(queue.cancel(3)) << "waiting";
  EXPECT_FALSE(queue.cancel(3));
  queue.finish(4ms, 1);
  queue.finish(4ms, 2);
  EXPECT_EQ(queue.counts(QosClass::kRealtime).finished, 2);
  EXPECT_EQ(queue.counts(QosClass::kRealtime).deadlines_missed, 1);
  queue.push(5ms, request(4, QosClass::kBatch));
  ASSERT_TRUE(started(queue, 5ms));
  EXPECT_TRUE(queue.cancel(4)) << "running";
  EXPECT_EQ(queue.running(), 0);
  EXPECT_EQ(queue.waiting(), 0);
}

/// Requests at 1.1 times what the slots can do, in ticks of a millisecond; a realtime one costs 2.
struct Load {
  std::map<std::uint64_t, std::int64_t> left;
  Nanoseconds realtime_wait{0};
  Nanoseconds wait_max{0};
  std::int64_t realtime_misses = 0;
};

Load run_load(ServiceOrder order) {
  Random random(77);
  const std::int64_t slots = 4;
  ServiceQueue queue =
      queue_of({.slots = slots, .reserved = {1, 0, 0}, .starves_after = 400ms, .order = order});
  Load load;
  std::map<std::uint64_t, std::int64_t> running;
  std::uint64_t id = 0;
  for (std::int64_t tick = 0; tick < 6'000; ++tick) {
    const Nanoseconds now = std::chrono::milliseconds(tick);
    // A fifth is realtime, at a tenth of the capacity; the load stops for the last third.
    if (tick < 4'000 && random.uniform() < 0.32) {
      const bool is_realtime = random.below(4) == 0;
      const std::int64_t cost = is_realtime ? 2 : static_cast<std::int64_t>(random.below(33)) + 1;
      ServiceRequest next = request(++id, is_realtime ? QosClass::kRealtime : QosClass::kBatch,
                                    is_realtime ? "r" : "b", std::chrono::milliseconds(cost));
      if (is_realtime) next.deadline = now + 30ms;
      load.left[id] = cost;
      queue.push(now, next);
    }
    while (const auto stop = queue.to_preempt(now)) {
      queue.stop(now, *stop, std::chrono::milliseconds(running.at(*stop)));
      load.left[*stop] = running.at(*stop);
      running.erase(*stop);
      const auto next = queue.start(now);
      EXPECT_TRUE(next.has_value()) << "a slot was made for somebody";
      running[next->id] = load.left.at(next->id);
    }
    while (const auto next = queue.start(now))
      running[next->id] = load.left.at(next->id);
    EXPECT_LE(queue.running(), slots);
    for (auto at = running.begin(); at != running.end();) {
      if (--at->second > 0) {
        ++at;
        continue;
      }
      queue.finish(now + 1ms, at->first);
      load.left.erase(at->first);
      at = running.erase(at);
    }
  }
  load.realtime_wait = queue.counts(QosClass::kRealtime).wait_max;
  load.wait_max = queue.counts(QosClass::kBatch).wait_max;
  load.realtime_misses = queue.counts(QosClass::kRealtime).deadlines_missed;
  return load;
}

TEST(ServiceQueue, UnderLoadClassesMatterAndNobodyStarves) {
  const Load qos = run_load(ServiceOrder::kQos);
  const Load fcfs = run_load(ServiceOrder::kFcfs);
  EXPECT_THAT(qos.left, testing::IsEmpty()) << "everything was served";
  EXPECT_THAT(fcfs.left, testing::IsEmpty());
  EXPECT_EQ(qos.realtime_misses, 0);
  EXPECT_GT(fcfs.realtime_misses, 20) << "the load is one under which order matters";
  EXPECT_LE(qos.realtime_wait, 5ms);
}

/// 1: all were given the same; 1/n: one of n was given everything.
double jain(const std::vector<double>& given) {
  double sum = 0;
  double squares = 0;
  for (const double one : given) {
    sum += one;
    squares += one * one;
  }
  return sum * sum / (static_cast<double>(given.size()) * squares);
}

/// 64 clients that ask again as soon as they are answered, a slot for every eighth of them. What
/// each was given until the clock stops: answers and time.
struct Given {
  std::vector<double> answers = std::vector<double>(64);
  std::vector<double> time = std::vector<double>(64);
};

Given serve_64_clients(bool are_tenants, const std::vector<Nanoseconds>& costs) {
  ServiceQueue queue = queue_of({.slots = 8});
  Given given;
  Nanoseconds now{0};
  std::uint64_t id = 0;
  std::map<std::uint64_t, std::size_t> whose;
  const auto ask = [&](std::size_t client) {
    whose[++id] = client;
    const std::string tenant = are_tenants ? format("t{}", client) : "all";
    queue.push(now, request(id, QosClass::kInteractive, tenant, costs[client]));
  };
  for (std::size_t client = 0; client < 64; ++client)
    ask(client);
  while (now < 20s) {
    std::vector<std::uint64_t> together;
    while (const auto next = queue.start(now))
      together.push_back(next->id);
    for (const std::uint64_t one : together) {
      const std::size_t client = whose.at(one);
      now += costs[client];
      given.answers[client] += 1;
      given.time[client] += Seconds(costs[client]).count();
      queue.finish(now, one);
      ask(client);
    }
  }
  return given;
}

TEST(ServiceQueue, ManyClientsAreServedAlike) {
  const std::vector<Nanoseconds> equal(64, 1ms);
  std::vector<Nanoseconds> mixed(64, 1ms);
  for (std::size_t client = 0; client < 64; client += 4)
    mixed[client] = 8ms;
  EXPECT_GE(jain(serve_64_clients(false, equal).answers), 0.999);
  EXPECT_GE(jain(serve_64_clients(true, equal).answers), 0.999);
  EXPECT_GE(jain(serve_64_clients(false, mixed).answers), 0.999) << "a line is a line";
  EXPECT_GE(jain(serve_64_clients(true, mixed).time), 0.95) << "tenants get the same time";
  EXPECT_LT(jain(serve_64_clients(true, mixed).answers), 0.95) << "so those who ask less get more";
}

}  // namespace
}  // namespace assay::djinn
