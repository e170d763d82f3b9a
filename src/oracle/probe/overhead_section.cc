// SPDX-License-Identifier: MIT
#include "oracle/probe/overhead_section.h"

#include <array>

#include "core/check.h"
#include "core/format.h"
#include "engine/backends/cpu/cpu_device.h"
#include "engine/graph/graph.h"
#include "engine/kernels/threads.h"

namespace assay::probe {
namespace {

constexpr std::int64_t kFew = 8;
constexpr std::int64_t kMany = 72;

void read_clock(std::int64_t passes) {
  for (std::int64_t i = 0; i < passes; ++i) {
    const Nanoseconds now = SteadyClock::read();
    asm volatile("" : : "r,m"(now) : "memory");
  }
}

Timed barrier_of(int threads) {
  return {.threads = threads,
          .amount = 1,
          .work =
              [threads](std::int64_t passes) {
                for (std::int64_t i = 0; i < passes; ++i) {
                  kernels::meet(threads);
                }
              },
          .passes = 1,
          .seconds = {}};
}

/// Softmax, which no pass merges with another, over a vector.
graph::Graph chain_graph(std::int64_t ops) {
  graph::Graph graph;
  graph::NodeId node = graph.input("x", tensor::DType::kF32, {1, 16});
  for (std::int64_t i = 0; i < ops; ++i) {
    node = graph.op("softmax", {node});
  }
  graph.output("y", node);
  return graph;
}

}  // namespace

Result<void> OverheadSection::make_chain(backend::Device& device, std::int64_t ops, int threads,
                                         Chain& chain) {
  ASSAY_TRY(const auto model,
            device.load(chain_graph(ops), {},
                        {.mode = backend::CompileMode::kReduceOverhead, .threads = threads}));
  ASSAY_TRY(chain.executable, model->prepare({}));
  chain.steps = std::ssize(chain.executable->facts().steps);
  ASSAY_TRY(chain.x, tensor::HostTensor::create({tensor::DType::kF32, {1, 16}}));
  ASSAY_TRY(chain.y, tensor::HostTensor::create({tensor::DType::kF32, {1, 16}}));
  chain.timed = {.threads = threads,
                 .amount = 1,
                 .work =
                     [&chain](std::int64_t passes) {
                       const std::array<tensor::ConstAnyView, 1> inputs{chain.x.view()};
                       const std::array<tensor::AnyView, 1> outputs{chain.y.view()};
                       for (std::int64_t i = 0; i < passes; ++i) {
                         const auto done = chain.executable->run(
                             {.inputs = inputs, .states = {}, .outputs = outputs});
                         ASSAY_CHECK(done.has_value(), "a plan of softmax runs");
                       }
                     },
                 .passes = 1,
                 .seconds = {}};
  return {};
}

Result<OverheadSection> OverheadSection::create(std::span<const int> thread_counts) {
  OverheadSection section;
  section.clock_ = {.threads = 1, .amount = 1, .work = read_clock, .passes = 1, .seconds = {}};
  const auto device = cpu::make_cpu_device();
  for (const int threads : thread_counts) {
    if (threads > 1) section.barriers_.push_back(barrier_of(threads));
    Chains& chains = section.chains_.emplace_back();
    ASSAY_TRY_VOID(make_chain(*device, kFew, threads, chains.few));
    ASSAY_TRY_VOID(make_chain(*device, kMany, threads, chains.many));
    if (chains.many.steps <= chains.few.steps) {
      return Error::bug("a plan of {} ops has {} steps, one of {} has {}", kMany, chains.many.steps,
                        kFew, chains.few.steps);
    }
  }
  return section;
}

std::vector<Timed*> OverheadSection::timed() {
  std::vector<Timed*> all{&clock_};
  for (Timed& barrier : barriers_) {
    all.push_back(&barrier);
  }
  for (Chains& chains : chains_) {
    all.push_back(&chains.few.timed);
    all.push_back(&chains.many.timed);
  }
  return all;
}

void OverheadSection::fill(const Method& how, oracle::HardwareProfile& profile) const {
  const auto add = [&](std::string_view name, int threads, oracle::Quantity time) {
    profile.overheads.push_back(
        {.name = std::string(name), .threads = threads, .time = std::move(time)});
  };
  add("clock", 1, time_of(clock_, with_source("the clock read again and again", how)));
  for (const Timed& barrier : barriers_) {
    add("barrier", barrier.threads,
        time_of(barrier, with_source("parallel regions without work, one after another", how)));
  }
  for (const auto& [few, many] : chains_) {
    std::vector<double> dispatch, run;
    for (std::size_t round = 0; round < few.timed.seconds.size(); ++round) {
      const double more = 1e9 * (many.timed.seconds[round] - few.timed.seconds[round]);
      dispatch.push_back(more / static_cast<double>(many.steps - few.steps));
      run.push_back(1e9 * few.timed.seconds[round] -
                    static_cast<double>(few.steps) * dispatch.back());
    }
    const std::string ops =
        format("plans of {} and {} softmax over 16 numbers", few.steps, many.steps);
    // What a disturbed round makes negative is no time; the profile says so instead of a zero.
    const auto add_positive = [&](std::string_view name, std::vector<double> values,
                                  const std::string& source) {
      std::erase_if(values, [](double value) { return value <= 0; });
      if (values.empty()) {
        profile.absent.push_back({format("overhead {} on {} threads", name, few.timed.threads),
                                  "lost in the noise of the rounds"});
        return;
      }
      add(name, few.timed.threads, measured(values, "ns", with_source(source, how)));
    };
    add_positive("dispatch", dispatch, ops + ": the difference, for each op more");
    add_positive("run", run, ops + ": what is left of the shorter without its ops");
  }
}

}  // namespace assay::probe
