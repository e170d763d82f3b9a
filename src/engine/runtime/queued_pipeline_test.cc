// SPDX-License-Identifier: MIT
#include "engine/runtime/queued_pipeline.h"

#include <gmock/gmock.h>

namespace assay::runtime {
namespace {

/// A device of the test: a stage takes a fixed time on its stream, from when its stream and what it
/// waits for are through; the thread that feeds it takes 1 us a stage.
class InventedDevice final : public backend::Device {
 public:
  const backend::DeviceFacts& facts() const override { return facts_; }
  std::optional<std::string> lacks(const graph::Node&, const graph::OperandTypes&) const override {
    return std::nullopt;
  }
  Result<std::unique_ptr<backend::LoadedModel>> load(const graph::Graph&, const graph::Weights&,
                                                     const backend::CompileOptions&) override {
    return Error::user("nothing to load");
  }
  const Clock& clock() const override { return clock_; }
  void idle_until(Nanoseconds time) override {
    if (time > clock_.now()) clock_.advance(time - clock_.now());
  }
  Result<std::unique_ptr<backend::Stream>> open_stream() override {
    auto stream = std::make_unique<InventedStream>(clock_);
    streams.push_back(stream.get());
    return std::unique_ptr<backend::Stream>(std::move(stream));
  }

  class InventedStream final : public backend::Stream {
   public:
    explicit InventedStream(FakeClock& clock) : clock_(clock) {}
    Result<void> to_device(std::span<const std::byte>, std::span<std::byte>) override { return {}; }
    Result<void> from_device(std::span<const std::byte>, std::span<std::byte>) override {
      return {};
    }
    Result<std::shared_ptr<const backend::Event>> record() override {
      free_ = std::max(free_, clock_.now());
      return std::shared_ptr<const backend::Event>(std::make_shared<InventedEvent>(free_));
    }
    Result<void> wait(const backend::Event& event) override {
      free_ = std::max(free_, *event.reached_at());
      return {};
    }
    Result<void> synchronise() override {
      if (free_ > clock_.now()) clock_.advance(free_ - clock_.now());
      return {};
    }
    void work(Nanoseconds time) {
      free_ = std::max(free_, clock_.now()) + time;
      clock_.advance(1us);
    }

   private:
    FakeClock& clock_;
    Nanoseconds free_{0};
  };
  std::vector<InventedStream*> streams;

 private:
  class InventedEvent final : public backend::Event {
   public:
    explicit InventedEvent(Nanoseconds time) : time_(time) {}
    bool is_reached() const override { return true; }
    Result<Nanoseconds> reached_at() const override { return time_; }

   private:
    Nanoseconds time_;
  };
  backend::DeviceFacts facts_{
      .name = "invented", .description = "", .is_simulated = false, .has_queues = true};
  FakeClock clock_;
};

/// Copies of 10 us, preprocessing of 5 us, compute of 100 us.
PipelineStages stages_on(InventedDevice& device, std::int64_t fails_at = -1) {
  static constexpr std::array<Nanoseconds, kStageCount> kTimes{10us, 5us, 100us, 10us};
  PipelineStages stages;
  for (std::size_t stage = 0; stage < kStageCount; ++stage) {
    stages[stage] = [&device, stage, fails_at](int, std::int64_t batch) -> Result<void> {
      if (batch == fails_at && stage == 2) return Error::environment("the device is gone");
      device.streams[stage]->work(kTimes[stage]);
      return {};
    };
  }
  return stages;
}

Result<PipelineRun> run_on(InventedDevice& device, const PipelineOptions& options,
                           std::int64_t fails_at = -1) {
  ASSAY_TRY(const PipelineStreams streams, PipelineStreams::open(device, options));
  return run_queued_pipeline(stages_on(device, fails_at), options, streams);
}

TEST(QueuedPipeline, EveryBatchGoesThroughItsStagesInOrder) {
  for (const bool is_asynchronous : {false, true}) {
    for (const StageOrder& order : {kPreprocessOnDevice, kPreprocessOnHost}) {
      InventedDevice device;
      const auto run = run_on(device, {.is_asynchronous = is_asynchronous,
                                       .slots = 3,
                                       .batches = 20,
                                       .arrivals = {},
                                       .order = order});
      ASSERT_TRUE(run) << run.error().to_string();
      ASSERT_EQ(run->batches.size(), 20U);
      EXPECT_EQ(run->threads, is_asynchronous ? kStageCount : 1);
      EXPECT_LE(run->slots_used, is_asynchronous ? 3 : 1);
      for (std::size_t batch = 0; batch < 20; ++batch) {
        const BatchTrace& trace = run->batches[batch];
        EXPECT_LE(trace.arrived, trace.stages[static_cast<std::size_t>(order[0])].begin);
        for (std::size_t position = 1; position < kStageCount; ++position) {
          const auto before = static_cast<std::size_t>(order[position - 1]);
          const auto stage = static_cast<std::size_t>(order[position]);
          EXPECT_LE(trace.stages[before].end, trace.stages[stage].begin);
        }
        if (batch >= 3) {
          const auto first = static_cast<std::size_t>(order[0]);
          EXPECT_LE(run->batches[batch - 3].stages[3].end, trace.stages[first].begin)
              << "a slot holds one batch";
        }
      }
    }
  }
}

TEST(QueuedPipeline, TheThreadRunsAheadAndSlotsHideTheCopies) {
  const auto time_with = [](bool is_asynchronous, int slots) {
    InventedDevice device;
    const auto run =
        run_on(device,
               {.is_asynchronous = is_asynchronous, .slots = slots, .batches = 10, .arrivals = {}});
    EXPECT_TRUE(run);
    return *run;
  };
  const PipelineRun synchronous = time_with(false, 1);
  EXPECT_EQ(synchronous.whole.length(), 10 * 125us);
  EXPECT_EQ(synchronous.handed_over, synchronous.whole.end);
  const PipelineRun one_slot = time_with(true, 1);
  EXPECT_EQ(one_slot.whole.length(), 10 * 125us) << "one slot, one batch";
  EXPECT_EQ(one_slot.handed_over, 40us) << "the enqueue window is not completion";
  EXPECT_EQ(one_slot.slots_used, 1);
  const PipelineRun three_slots = time_with(true, 3);
  EXPECT_EQ(three_slots.whole.length(), 15us + 10 * 100us + 10us);
  EXPECT_EQ(three_slots.slots_used, 3);
}

/// Preprocessing of 300 us before compute of 100 us: three workers keep the device busy.
TEST(QueuedPipeline, WorkersOfTheHostPreprocessBesideEachOther) {
  const auto time_with = [](int workers) {
    InventedDevice device;
    const PipelineOptions options{.is_asynchronous = true,
                                  .slots = 6,
                                  .batches = 12,
                                  .arrivals = {},
                                  .order = kPreprocessOnHost,
                                  .workers = workers};
    const auto streams = PipelineStreams::open(device, options);
    EXPECT_TRUE(streams);
    PipelineStages stages;
    stages.fill([](int, std::int64_t) { return Result<void>(); });
    const auto take = [&](Stage stage, Nanoseconds time) {
      stages[static_cast<std::size_t>(stage)] = [&, stage, time](int, std::int64_t batch) {
        dynamic_cast<InventedDevice::InventedStream&>(streams->of(stage, batch)).work(time);
        return Result<void>();
      };
    };
    take(Stage::kPreprocess, 300us);
    take(Stage::kCompute, 100us);
    const auto run = run_queued_pipeline(stages, options, *streams);
    EXPECT_TRUE(run) << run.error().to_string();
    EXPECT_EQ(run->workers, workers);
    return run->whole.length();
  };
  EXPECT_EQ(time_with(1), 12 * 300us + 100us);
  EXPECT_LT(time_with(3), 300us + 12 * 100us + 50us) << "the launching thread takes 2 us a batch";
}

TEST(QueuedPipeline, AnOpenLoopWaitsForItsTimes) {
  InventedDevice device;
  const auto run =
      run_on(device, {.is_asynchronous = true,
                      .slots = 2,
                      .batches = 4,
                      .arrivals = {.kind = Arrivals::Kind::kFixed, .per_second = 1e3, .seed = 0}});
  ASSERT_TRUE(run);
  for (std::size_t batch = 0; batch < 4; ++batch) {
    EXPECT_EQ(run->batches[batch].arrived, batch * 1ms);
    EXPECT_GE(run->batches[batch].latency(), 125us);
    EXPECT_LE(run->batches[batch].latency(), 126us);
  }
}

TEST(QueuedPipeline, StopsAtTheFirstErrorAndRefusesWhatCannotRun) {
  InventedDevice device;
  const auto failed =
      run_on(device, {.is_asynchronous = true, .slots = 2, .batches = 9, .arrivals = {}}, 4);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().to_string(), "the device is gone\n  in stage compute of batch 4");
  InventedDevice other;
  const auto none =
      run_on(other, {.is_asynchronous = true, .slots = 0, .batches = 9, .arrivals = {}});
  EXPECT_EQ(none.error().message(), "queue depth 0: a pipeline needs at least one slot");
}

}  // namespace
}  // namespace assay::runtime
