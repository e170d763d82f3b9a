// SPDX-License-Identifier: MIT
#include "engine/runtime/pipeline.h"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <barrier>
#include <mutex>
#include <set>
#include <thread>

namespace assay::runtime {
namespace {

/// Notes every call, and checks that a slot is never in two stages.
class Witness {
 public:
  PipelineStages stages() {
    PipelineStages all;
    for (int stage = 0; stage < kStageCount; ++stage) {
      all[static_cast<std::size_t>(stage)] = [this, stage](int slot, std::int64_t batch) {
        return visit(stage, slot, batch);
      };
    }
    return all;
  }

  std::int64_t fails_at = -1;
  std::vector<std::vector<std::int64_t>> seen{kStageCount};

 private:
  Result<void> visit(int stage, int slot, std::int64_t batch) {
    {
      const std::scoped_lock lock(mutex_);
      EXPECT_TRUE(occupied_.insert(slot).second) << "slot " << slot << " is in two stages";
      seen[static_cast<std::size_t>(stage)].push_back(batch);
    }
    if (stage == 2 && batch == fails_at) {
      leave(slot);
      return Error::environment("the device is gone");
    }
    leave(slot);
    return {};
  }
  void leave(int slot) {
    const std::scoped_lock lock(mutex_);
    occupied_.erase(slot);
  }

  std::mutex mutex_;
  std::set<int> occupied_;
};

TEST(Pipeline, TakesEveryBatchThroughEveryStageInOrder) {
  for (const bool is_asynchronous : {false, true}) {
    for (const int slots : {1, 2, 5}) {
      SCOPED_TRACE(slots);
      Witness witness;
      const auto run = run_pipeline(
          witness.stages(),
          {.is_asynchronous = is_asynchronous, .slots = slots, .batches = 50, .arrivals = {}});
      ASSERT_TRUE(run) << run.error().to_string();
      for (const auto& batches : witness.seen) {
        ASSERT_EQ(batches.size(), 50U);
        EXPECT_TRUE(std::ranges::is_sorted(batches));
      }
      EXPECT_LE(run->slots_used, is_asynchronous ? slots : 1);
      EXPECT_EQ(run->threads, is_asynchronous ? kStageCount : 1);
      for (const BatchTrace& batch : run->batches) {
        EXPECT_LE(batch.arrived, batch.stages[0].begin);
        for (std::size_t stage = 1; stage < kStageCount; ++stage) {
          EXPECT_LE(batch.stages[stage - 1].end, batch.stages[stage].begin);
        }
        EXPECT_LT(batch.slot, slots);
      }
    }
  }
}

TEST(Pipeline, UsesAllItsSlotsWhereAStageHoldsThemBack) {
  // Compute does not go on before three batches have been copied: only slots make that possible.
  std::atomic<int> copied{0};
  PipelineStages stages;
  stages.fill([](int, std::int64_t) { return Result<void>(); });
  stages[0] = [&](int, std::int64_t) {
    ++copied;
    copied.notify_all();
    return Result<void>();
  };
  stages[2] = [&](int, std::int64_t) {
    for (int now = copied; now < 3; now = copied) {
      copied.wait(now);
    }
    return Result<void>();
  };
  const auto run =
      run_pipeline(stages, {.is_asynchronous = true, .slots = 3, .batches = 6, .arrivals = {}});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->slots_used, 3);
}

/// No worker goes on before all are at work: only as many threads make that possible.
TEST(Pipeline, WorkersPreprocessDifferentBatchesAtOnce) {
  constexpr int kWorkers = 3;
  std::mutex mutex;
  std::array<std::set<std::thread::id>, kWorkers> threads;
  std::barrier together(kWorkers);
  PipelineStages stages;
  stages.fill([](int, std::int64_t) { return Result<void>(); });
  stages[static_cast<std::size_t>(Stage::kPreprocess)] = [&](int, std::int64_t batch) {
    together.arrive_and_wait();
    const std::scoped_lock lock(mutex);
    threads[static_cast<std::size_t>(batch % kWorkers)].insert(std::this_thread::get_id());
    return Result<void>();
  };
  const auto run = run_pipeline(stages, {.is_asynchronous = true,
                                         .slots = 2 * kWorkers,
                                         .batches = 10 * kWorkers,
                                         .arrivals = {},
                                         .order = kPreprocessOnHost,
                                         .workers = kWorkers});
  ASSERT_TRUE(run) << run.error().to_string();
  EXPECT_EQ(run->workers, kWorkers);
  EXPECT_EQ(run->threads, kStageCount - 1 + kWorkers);
  std::set<std::thread::id> all;
  for (const auto& of_worker : threads) {
    EXPECT_EQ(of_worker.size(), 1U) << "a worker has batches of its own";
    all.insert(of_worker.begin(), of_worker.end());
  }
  EXPECT_EQ(all.size(), 3U);
  for (const BatchTrace& batch : run->batches) {
    EXPECT_LE(batch.stages[3].end, run->whole.end);
  }
}

TEST(Pipeline, AWorkerThatFailsStopsTheOthers) {
  Witness witness;
  PipelineStages stages = witness.stages();
  stages[static_cast<std::size_t>(Stage::kPreprocess)] = [](int, std::int64_t batch) {
    return batch == 7 ? Result<void>(Error::environment("no memory")) : Result<void>();
  };
  const auto run = run_pipeline(stages, {.is_asynchronous = true,
                                         .slots = 4,
                                         .batches = 200,
                                         .arrivals = {},
                                         .order = kPreprocessOnHost,
                                         .workers = 4});
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().to_string(), "no memory\n  in stage preprocess of batch 7");
}

TEST(Pipeline, StopsAtTheFirstErrorAndNamesIt) {
  for (const bool is_asynchronous : {false, true}) {
    Witness witness;
    witness.fails_at = 7;
    const auto run = run_pipeline(
        witness.stages(),
        {.is_asynchronous = is_asynchronous, .slots = 3, .batches = 50, .arrivals = {}});
    ASSERT_FALSE(run);
    EXPECT_EQ(run.error().to_string(), "the device is gone\n  in stage compute of batch 7");
    EXPECT_LE(witness.seen[2].size(), 8U) << "nothing is computed after the error";
  }
}

TEST(Pipeline, RefusesWhatCannotRun) {
  Witness witness;
  const auto message = [&](PipelineOptions options) {
    const auto run = run_pipeline(witness.stages(), options);
    return run ? "" : run.error().message();
  };
  EXPECT_EQ(message({.is_asynchronous = true, .slots = 0, .batches = 1, .arrivals = {}}),
            "queue depth 0: a pipeline needs at least one slot");
  EXPECT_EQ(message({.is_asynchronous = true, .slots = 1, .batches = 0, .arrivals = {}}),
            "0 batches: a pipeline runs at least one");
  EXPECT_EQ(message({.is_asynchronous = true,
                     .slots = 1,
                     .batches = 1,
                     .arrivals = {.kind = Arrivals::Kind::kPoisson, .per_second = 0, .seed = 1}}),
            "0 batches a second: an open loop needs a positive rate");
  const PipelineOptions two{.is_asynchronous = true,
                            .slots = 2,
                            .batches = 2,
                            .arrivals = {},
                            .order = kPreprocessOnHost,
                            .workers = 2};
  EXPECT_EQ(message(two), "");
  PipelineOptions bad = two;
  bad.workers = 0;
  EXPECT_EQ(message(bad), "0 workers: preprocessing needs at least one");
  bad = two;
  bad.order = kPreprocessOnDevice;
  EXPECT_EQ(message(bad),
            "2 workers preprocess different batches at once: only the host has several");
  bad = two;
  bad.is_asynchronous = false;
  EXPECT_EQ(message(bad),
            "2 workers preprocess different batches at once: a synchronous pipeline has one "
            "thread");
  bad = two;
  bad.batches = 1;
  EXPECT_EQ(
      message(bad),
      "2 workers preprocess different batches at once: queue depth 2 and 1 batches leave some "
      "without one");
}

TEST(Arrivals, RepeatWithTheirSeedAndKeepTheirRate) {
  const Arrivals poisson{.kind = Arrivals::Kind::kPoisson, .per_second = 1000, .seed = 3};
  const auto times = arrival_times(poisson, 10'000);
  EXPECT_EQ(times, arrival_times(poisson, 10'000));
  EXPECT_TRUE(std::ranges::is_sorted(times));
  EXPECT_NEAR(Seconds(times.back()).count(), 10.0, 0.5) << "5 standard deviations";
  const auto fixed = arrival_times({Arrivals::Kind::kFixed, 1000, 0}, 3);
  EXPECT_THAT(fixed, ::testing::ElementsAre(0ns, 1ms, 2ms));
  EXPECT_TRUE(arrival_times({}, 5).empty());
}

TEST(Pipeline, CountsLatencyFromWhenABatchWasDue) {
  Witness witness;
  const auto run =
      run_pipeline(witness.stages(),
                   {.is_asynchronous = false,
                    .slots = 1,
                    .batches = 5,
                    .arrivals = {.kind = Arrivals::Kind::kFixed, .per_second = 1e6, .seed = 0}});
  ASSERT_TRUE(run);
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_EQ(run->batches[i].arrived - run->batches[i - 1].arrived, 1us);
    EXPECT_GE(run->batches[i].latency(), 0ns);
  }
}

}  // namespace
}  // namespace assay::runtime
