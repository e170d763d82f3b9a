// SPDX-License-Identifier: MIT
#include "engine/backends/sim/timeline.h"

#include <gmock/gmock.h>

#include "core/random.h"

namespace assay::sim {
namespace {

Timeline make_timeline(int queue_depth = 1024) {
  return {"virtual clock of a test", queue_depth};
}

void compute(Timeline& time, int stream, Nanoseconds duration) {
  time.submit(stream, Engine::kCompute, {.duration = duration});
}

TEST(Timeline, TheHostGoesOnWhileTheDeviceWorks) {
  Timeline time = make_timeline();
  const int stream = time.add_stream();
  time.pass(5us);
  compute(time, stream, 80us);
  EXPECT_EQ(time.now(), 5us);
  time.pass(5us);
  compute(time, stream, 20us);
  EXPECT_EQ(time.now(), 10us);
  time.synchronise(stream);
  EXPECT_EQ(time.now(), 105us) << "the second began when the first was done";
  EXPECT_EQ(time.busy(Engine::kCompute), 100us);
}

TEST(Timeline, WorkBeginsNoEarlierThanItArrives) {
  Timeline time = make_timeline();
  const int stream = time.add_stream();
  time.pass(5us);
  time.submit(stream, Engine::kCompute, {.duration = 10us, .submission = 3us});
  time.synchronise(stream);
  EXPECT_EQ(time.now(), 18us);
}

TEST(Timeline, EnginesWorkBesideEachOtherAndStreamsInOrder) {
  Timeline time = make_timeline();
  const int copies = time.add_stream();
  const int kernels = time.add_stream();
  time.submit(copies, Engine::kToDevice, {.duration = 30us});
  compute(time, kernels, 50us);
  compute(time, copies, 10us);  // Behind its copy, and behind the other stream's kernel.
  time.synchronise(copies);
  EXPECT_EQ(time.now(), 60us);
  time.synchronise(kernels);
  EXPECT_EQ(time.now(), 60us) << "it has long been done";
}

TEST(Timeline, AnEngineTakesWhatIsReadyNotWhatCameFirst) {
  Timeline time = make_timeline();
  const int copies = time.add_stream();
  const int late = time.add_stream();
  const int early = time.add_stream();
  time.submit(copies, Engine::kToDevice, {.duration = 100us});
  time.wait(late, time.record(copies));
  compute(time, late, 10us);
  compute(time, early, 20us);
  time.synchronise(early);
  EXPECT_EQ(time.now(), 20us);
  time.synchronise(late);
  EXPECT_EQ(time.now(), 110us);
}

TEST(Timeline, AFullQueueMakesTheHostWait) {
  Timeline time = make_timeline(2);
  const int stream = time.add_stream();
  compute(time, stream, 100us);  // Begins at once.
  time.pass(1us);
  compute(time, stream, 100us);  // Waits in the queue,
  compute(time, stream, 100us);  // and so does this.
  EXPECT_EQ(time.now(), 1us);
  compute(time, stream, 100us);  // One has to begin first.
  EXPECT_EQ(time.now(), 100us);
  EXPECT_EQ(time.queued_max(), 2U);
  time.synchronise(stream);
  EXPECT_EQ(time.now(), 400us);
}

TEST(Timeline, TheHostsOwnWorkerTakesNoPlaceInTheQueue) {
  Timeline time = make_timeline(1);
  const int host = time.add_stream();
  const int device = time.add_stream();
  for (int i = 0; i < 5; ++i) {
    time.submit(host, Engine::kHostWorker, {.duration = 10us});
  }
  compute(time, device, 10us);
  EXPECT_EQ(time.now(), 0us);
  time.synchronise(host);
  EXPECT_EQ(time.now(), 50us);
}

TEST(Timeline, EveryStreamOfTheHostIsAWorker) {
  Timeline time = make_timeline();
  const int first = time.add_stream();
  const int second = time.add_stream();
  for (const int worker : {first, second, first}) {
    time.submit(worker, Engine::kHostWorker, {.duration = 10us});
  }
  time.synchronise(second);
  EXPECT_EQ(time.now(), 10us) << "beside the first";
  time.synchronise(first);
  EXPECT_EQ(time.now(), 20us) << "one after the other";
}

TEST(Timeline, MomentsAreWhenWhatStandsBeforeThemIsDone) {
  Timeline time = make_timeline();
  const int stream = time.add_stream();
  const auto begin = time.record(stream);
  compute(time, stream, 40us);
  const auto end = time.record(stream);
  EXPECT_TRUE(time.is_reached(*begin));
  EXPECT_FALSE(time.is_reached(*end));
  EXPECT_EQ(time.now(), 0us) << "asking takes no time";
  time.idle_until(39us);
  EXPECT_FALSE(time.is_reached(*end));
  time.idle_until(40us);
  EXPECT_TRUE(time.is_reached(*end));
  EXPECT_EQ(time.wait_for(*begin), 0us);
  EXPECT_EQ(time.wait_for(*end), 40us);
  EXPECT_EQ(time.now(), 40us);
  time.idle_until(10us);
  EXPECT_EQ(time.now(), 40us) << "time does not go back";
}

/// Random programs: the same calls give the same times, no engine does two things at once, and no
/// stream is out of order.
TEST(Timeline, IsDeterministicAndExclusive) {
  const auto run = [](std::uint64_t seed) {
    Random random(seed);
    Timeline time = make_timeline(8);
    std::vector<int> streams;
    std::vector<std::shared_ptr<const Moment>> moments;
    std::array<Nanoseconds, kEngineCount> work{};
    for (int i = 0; i < 4; ++i) {
      streams.push_back(time.add_stream());
    }
    for (int i = 0; i < 400; ++i) {
      const int stream = streams[random.next() % streams.size()];
      const auto engine = random.next() % kEngineCount;
      const Nanoseconds duration(static_cast<std::int64_t>(random.next() % 1000));
      time.pass(Nanoseconds(static_cast<std::int64_t>(random.next() % 200)));
      if (!moments.empty() && random.next() % 3 == 0) {
        time.wait(stream, moments[random.next() % moments.size()]);
      }
      moments.push_back(time.record(stream));
      time.submit(stream, static_cast<Engine>(engine), {.duration = duration});
      moments.push_back(time.record(stream));
      work[engine] += duration;
    }
    std::vector<Nanoseconds> times;
    for (const auto& moment : moments) {
      times.push_back(time.wait_for(*moment));
    }
    for (const int stream : streams) {
      time.synchronise(stream);
    }
    for (std::size_t engine = 0; engine < kEngineCount; ++engine) {
      EXPECT_EQ(time.busy(static_cast<Engine>(engine)), work[engine]);
      EXPECT_GE(time.now(), work[engine]) << "one thing at a time";
    }
    for (std::size_t i = 0; i + 1 < times.size(); i += 2) {
      EXPECT_LE(times[i], times[i + 1]);
    }
    EXPECT_LE(time.queued_max(), 8U);
    times.push_back(time.now());
    return times;
  };
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    EXPECT_EQ(run(seed), run(seed)) << seed;
  }
}

}  // namespace
}  // namespace assay::sim
