// SPDX-License-Identifier: MIT
// Swapping a session's state out and in against memcpy of as many bytes into warm memory,
// interleaved in one process: in every round A B B A, a ratio per round, ratio = median over rounds
// with its exact sign interval. Limits: at least 0.85 of memcpy from 64 MiB on, 0.70 at 8 MiB;
// written back after the first clean: at most 1.05 times the new keys and values.
//
// A session is full, or half full: then every head of every state ends in the middle of its room,
// and pages lie in many short runs instead of one. "out" is the copy and the leaving of the device,
// "in" the coming back and the copy, so mapping pages is part of both.
//
//   swap_bench [--small]
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/format.h"
#include "core/hash.h"
#include "core/random.h"
#include "core/statistics/order_statistics.h"
#include "djinn/memory/device_memory.h"

namespace assay {
namespace {

using djinn::CopyWork;
using djinn::DataLayout;
using djinn::DeviceMemory;
using djinn::Lengths;
using djinn::Region;
using djinn::RegionKind;
using djinn::SessionId;
using djinn::StateLayout;

constexpr std::int64_t kMiB = 1 << 20;

template <class T>
T taken(Result<T> result, const char* what) {
  ASSAY_CHECK(result.has_value(), what);
  return std::move(*result);
}

/// A decoder's states for so many tokens: 12 blocks of 12 heads of 64, as GPT-2 has them.
StateLayout states_of(std::int64_t capacity) {
  std::vector<std::pair<std::string, tensor::TensorType>> states;
  for (int i = 0; i < 24; ++i) {
    states.emplace_back(format("state.{}", i),
                        tensor::TensorType{tensor::DType::kF32, {1, 12, capacity, 64}});
  }
  return taken(StateLayout::create(states), "a decoder has states");
}

constexpr std::int64_t kTokenSize = 24 * 12 * 64 * 4;

class Swap {
 public:
  /// `size` of tokens in room for `room` times as many.
  Swap(std::int64_t size, std::int64_t room, DataLayout layout)
      : tokens_(size / kTokenSize),
        states_(states_of(tokens_ * room)),
        memory_(make_memory(states_.size().count(), layout)),
        source_(region_of(tokens_ * kTokenSize)),
        target_(region_of(tokens_ * kTokenSize)),
        session_(*memory_->sessions().open(states_)) {
    append(tokens_);
    std::memset(source_.bytes().data(), 1, source_.bytes().size());
    std::memset(target_.bytes().data(), 2, target_.bytes().size());
  }

  void append(std::int64_t count) {
    djinn::SessionStore& store = memory_->sessions();
    ASSAY_CHECK(store.prepare_append(session_, {count}).has_value(), "there is room");
    const std::int64_t from = store.facts(session_)->lengths[0];
    auto* const base = static_cast<std::byte*>(store.states(session_)->front().data);
    Random random(static_cast<std::uint64_t>(from));
    states_.for_each_run({from}, {from + count}, [&](std::int64_t offset, std::int64_t bytes) {
      const auto value = static_cast<int>(random.below(256));
      std::memset(base + offset, value, static_cast<std::size_t>(bytes));
    });
    ASSAY_CHECK(store.commit_append(session_, {count}).has_value(), "tokens come");
  }

  /// A whole clean; the session leaves the device.
  void out() {
    CopyWork work = std::move(*memory_->sessions().begin_clean(session_, states_.size() * 2));
    work.run();
    ASSAY_CHECK(memory_->sessions().finish(std::move(work)).has_value(), "a clean ends");
    ASSAY_CHECK(memory_->sessions().drop(session_).has_value(), "a clean session leaves");
  }
  void in() {
    CopyWork work = std::move(*memory_->sessions().begin_restore(session_));
    work.run();
    ASSAY_CHECK(memory_->sessions().finish(std::move(work)).has_value(), "a restore ends");
  }
  void drop() {
    ASSAY_CHECK(memory_->sessions().drop(session_).has_value(), "a clean session leaves");
  }
  void forget() {
    ASSAY_CHECK(memory_->sessions().forget_copy(session_).has_value(), "a copy is forgotten");
  }
  void copy() {
    std::memcpy(target_.bytes().data(), source_.bytes().data(), target_.bytes().size());
  }
  void truncate(std::int64_t length) {
    ASSAY_CHECK(memory_->sessions().truncate(session_, 0, length).has_value(), "a row is cut");
  }

  std::int64_t size() const { return tokens_ * kTokenSize; }
  std::int64_t tokens() const { return tokens_; }
  djinn::SwapCounts counts() const { return memory_->report().swap; }
  std::string hash() {
    const auto* const base =
        static_cast<const char*>(memory_->sessions().states(session_)->front().data);
    std::uint64_t hash = 0;
    states_.for_each_run({0}, {tokens_}, [&](std::int64_t offset, std::int64_t bytes) {
      hash = hash_bytes({base + offset, static_cast<std::size_t>(bytes)}, hash);
    });
    return to_hex(hash);
  }

 private:
  static Region region_of(std::int64_t size) {
    return taken(Region::create(Bytes(size), RegionKind::kPrivate), "there is memory");
  }
  static std::unique_ptr<DeviceMemory> make_memory(std::int64_t size, DataLayout layout) {
    const std::int64_t rounded = (size / kMiB + 2) * kMiB;
    return taken(DeviceMemory::create({.device = Bytes(rounded + 2 * kMiB),
                                       .text = Bytes(kMiB),
                                       .stack = Bytes(kMiB),
                                       .layout = layout,
                                       .arena_size = Bytes(rounded),
                                       .host = Bytes(rounded)}),
                 "there is memory for a device");
  }

  std::int64_t tokens_;
  StateLayout states_;
  std::unique_ptr<DeviceMemory> memory_;
  Region source_;
  Region target_;
  SessionId session_;
};

template <class Work>
double seconds_of(Work&& work) {
  const Nanoseconds start = SteadyClock::read();
  work();
  return Seconds(SteadyClock::read() - start).count();
}

struct Rounds {
  std::vector<double> out, in, out_ratio, in_ratio, copy, drop;
};

Rounds measure(Swap& swap, int rounds) {
  const auto copy = [&] { return seconds_of([&] { swap.copy(); }); };
  swap.out();  // Warm: every page of both sides was written before.
  swap.in();
  Rounds result;
  for (int i = 0; i < rounds; ++i) {
    swap.forget();
    const double before = copy();
    const double out = seconds_of([&] { swap.out(); });
    const double in = seconds_of([&] { swap.in(); });
    const double after = copy();
    const double middle = (before + after) / 2;
    result.out.push_back(out);
    result.in.push_back(in);
    result.copy.push_back(middle);
    result.out_ratio.push_back(middle / out);
    result.in_ratio.push_back(middle / in);
    result.drop.push_back(seconds_of([&] { swap.drop(); }));
    swap.in();
  }
  return result;
}

std::string ratio_text(const std::vector<double>& ratios) {
  const auto interval = statistics::median_interval(ratios, 0.95);
  return interval ? format("{:.2f} [{:.2f}, {:.2f}]", statistics::median(ratios), interval->low,
                           interval->high)
                  : format("{:.2f}", statistics::median(ratios));
}

/// Bytes written back in turns of one and of four tokens behind a first clean, over the new ones.
double write_back_ratio(Swap& swap) {
  swap.truncate(swap.tokens() / 2);
  swap.out();
  swap.in();
  const std::int64_t before = swap.counts().to_host.count();
  std::int64_t tokens = 0;
  for (int turn = 0; turn < 16; ++turn) {
    const std::int64_t count = turn % 2 == 0 ? 1 : 4;
    swap.append(count);
    tokens += count;
    swap.out();
    swap.in();
  }
  return static_cast<double>(swap.counts().to_host.count() - before) /
         static_cast<double>(tokens * kTokenSize);
}

std::string report(std::int64_t mebibytes, std::int64_t room, DataLayout layout, int rounds) {
  Swap swap(mebibytes * kMiB, room, layout);
  const std::string before = swap.hash();
  const Rounds result = measure(swap, rounds);
  ASSAY_CHECK_EQ(swap.hash(), before, "the bytes that come back are those that went");
  const double bytes = static_cast<double>(swap.size()) / 1e9;
  const auto rate = [&](const std::vector<double>& seconds) {
    return bytes / statistics::median(seconds);
  };
  const std::string text = format(
      "{:4} MiB {:<10} {:<9} memcpy {:5.1f} GB/s  out {:5.1f} GB/s {}  in {:5.1f} GB/s {}  drop "
      "{:.0f} us",
      mebibytes, to_text(layout), room == 1 ? "full" : "half full", rate(result.copy),
      rate(result.out), ratio_text(result.out_ratio), rate(result.in), ratio_text(result.in_ratio),
      statistics::median(result.drop) * 1e6);
  std::puts(text.c_str());
  const double ratio = write_back_ratio(swap);
  std::printf("         written back after the first clean: %.3f of the new tokens\n", ratio);
  return before + format("{:.3f}", ratio);
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  using assay::djinn::DataLayout;
  const bool is_small = argc > 1 && std::string(argv[1]) == "--small";
  const std::vector<std::int64_t> sizes =
      is_small ? std::vector<std::int64_t>{8} : std::vector<std::int64_t>{8, 64, 256};
  std::string seen;
  for (const std::int64_t size : sizes) {
    for (const std::int64_t room : {1, 2}) {
      for (const DataLayout layout : {DataLayout::kContiguous, DataLayout::kPaged}) {
        seen += assay::report(size, room, layout, is_small ? 3 : 25);
      }
    }
  }
  std::printf("checksum %s\n", assay::to_hex(assay::hash_bytes(seen)).c_str());
  return 0;
}
