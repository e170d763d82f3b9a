// SPDX-License-Identifier: MIT
#include "oracle/probe/stream_section.h"

#include <algorithm>

#include "core/format.h"
#include "core/statistics/order_statistics.h"
#include "engine/kernels/cpu/memory_loops.h"

namespace assay::probe {
namespace {

constexpr std::int64_t kFloat = sizeof(float);
/// Of one pass: a whole cycle, so that a sample is not the first visit of a part of it. Memory
/// beyond the caches is as cold at the second visit; a part of it will do.
constexpr std::int64_t kChaseStepsMost = 500'000;
constexpr std::int64_t kChaseStepsFar = 20'000;
constexpr std::int64_t kLine = 64;

Bytes size_of(std::span<const float> memory) {
  return Bytes(std::ssize(memory) * kFloat);
}

/// The compiler must believe that somebody wants the result.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

}  // namespace

std::vector<SweepPoint> take_sweep(std::span<float> memory, int per_decade, const RoundPlan& plan,
                                   const Clock& clock) {
  std::deque<Timed> all;
  std::vector<Timed*> timed;
  for (const std::int64_t bytes : sweep_sizes(Bytes(4'096), size_of(memory), per_decade)) {
    const std::span<const float> part = memory.first(static_cast<std::size_t>(bytes / kFloat));
    all.push_back(
        {.threads = 1,
         .amount = static_cast<double>(bytes),
         .work = [part](std::int64_t passes) { keep(kernels::read_loop(part, 1, passes)); },
         .passes = 1,
         .seconds = {}});
    timed.push_back(&all.back());
  }
  take_rounds(timed, plan, clock);
  std::vector<SweepPoint> points;
  for (const Timed& one : all) {
    points.push_back({one.amount, statistics::median(one.seconds) / one.amount});
  }
  return points;
}

Result<StreamSection> StreamSection::create(std::vector<PlannedTier> tiers,
                                            std::span<const int> thread_counts,
                                            std::span<float> memory) {
  StreamSection section;
  section.tiers_ = std::move(tiers);
  for (std::size_t tier = 0; tier < section.tiers_.size(); ++tier) {
    for (const int threads : thread_counts) {
      section.add_streams(tier, threads, memory);
    }
    ASSAY_TRY_VOID(section.add_chase(tier, size_of(memory)));
  }
  return section;
}

void StreamSection::add_streams(std::size_t tier, int threads, std::span<float> memory) {
  const std::int64_t bytes = tiers_[tier].working_set(threads, size_of(memory));
  if (bytes == 0) {
    absent_.push_back(
        {format("rates of {} on {} threads", tiers_[tier].name, threads),
         format("no working set within {} lies in this tier alone", to_text(size_of(memory)))});
    return;
  }
  const std::span<float> all = memory.first(static_cast<std::size_t>(bytes / kFloat));
  const std::span<float> from = all.first(all.size() / 2);
  const std::span<float> to = all.subspan(all.size() / 2, all.size() / 2);
  const auto add = [&](Direction direction, std::function<void(std::int64_t)> work) {
    streams_.push_back({tier,
                        direction,
                        bytes,
                        {.threads = threads,
                         .amount = static_cast<double>(bytes),
                         .work = std::move(work),
                         .passes = 1,
                         .seconds = {}}});
  };
  add(Direction::kRead,
      [=](std::int64_t passes) { keep(kernels::read_loop(all, threads, passes)); });
  add(Direction::kWrite, [=](std::int64_t passes) { kernels::write_loop(all, threads, passes); });
  add(Direction::kCopy,
      [=](std::int64_t passes) { kernels::copy_loop(from, to, threads, passes); });
}

Result<void> StreamSection::add_chase(std::size_t tier, Bytes most) {
  const std::int64_t bytes = tiers_[tier].working_set(1, most);
  if (bytes == 0) return {};  // Said by its rates.
  ASSAY_TRY(machine::NodeMemory chain, machine::NodeMemory::create(Bytes(bytes), {}));
  Random random(tier);
  const void* start = kernels::link_lines(chain.bytes(), random);
  const bool is_far = tier + 1 == tiers_.size();
  const std::int64_t steps = std::min(bytes / kLine, is_far ? kChaseStepsFar : kChaseStepsMost);
  chains_.push_back(std::move(chain));
  streams_.push_back({tier,
                      Direction::kChase,
                      bytes,
                      {.threads = 1,
                       .amount = static_cast<double>(steps),
                       .work =
                           [place = start, steps](std::int64_t passes) mutable {
                             place = kernels::chase_loop(place, passes * steps);
                             keep(place);
                           },
                       .passes = 1,
                       .seconds = {}}});
  return {};
}

std::vector<Timed*> StreamSection::timed() {
  std::vector<Timed*> all;
  for (Stream& stream : streams_) {
    all.push_back(&stream.timed);
  }
  return all;
}

void StreamSection::fill_stream(const Stream& stream, const Method& how,
                                oracle::MemoryTier& tier) const {
  const std::string size = to_text(Bytes(stream.bytes));
  if (stream.direction == Direction::kChase) {
    tier.latency = time_of(
        stream.timed, with_source(format("loads that wait for each other, lines of {} in random "
                                         "order, page walks included",
                                         size),
                                  how));
    return;
  }
  auto rate = std::ranges::find(tier.rates, stream.timed.threads, &oracle::TierRate::threads);
  if (rate == tier.rates.end()) {
    rate = tier.rates.insert(
        tier.rates.end(),
        oracle::TierRate{.threads = stream.timed.threads, .read = {}, .write = {}, .copy = {}});
  }
  const auto fill = [&](std::optional<oracle::Quantity>& into, std::string_view verb) {
    into =
        rate_of(stream.timed, "B/s", with_source(format("{} {} again and again", verb, size), how));
  };
  if (stream.direction == Direction::kRead) fill(rate->read, "reads");
  if (stream.direction == Direction::kWrite) fill(rate->write, "ordinary stores to");
  if (stream.direction == Direction::kCopy) fill(rate->copy, "copies within");
}

void StreamSection::fill(const Method& how, oracle::HardwareProfile& profile) const {
  const std::size_t first = profile.memory.size();
  for (const PlannedTier& planned : tiers_) {
    profile.memory.push_back({.name = planned.name,
                              .shared_by = planned.shared_by,
                              .capacity = planned.capacity,
                              .latency = {},
                              .rates = {}});
  }
  for (const Stream& stream : streams_) {
    fill_stream(stream, how, profile.memory[first + stream.tier]);
  }
  profile.absent.insert(profile.absent.end(), absent_.begin(), absent_.end());
}

}  // namespace assay::probe
