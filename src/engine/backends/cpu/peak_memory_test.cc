// SPDX-License-Identifier: MIT
// What a forward really takes: every byte that this program asks the C library for is counted,
// ours, oneDNN's, OpenBLAS's and OpenMP's alike, and held against what the facts of the executable
// say.
#include <gmock/gmock.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/backends/cpu/cpu_device.h"
#include "engine/tensor/host_tensor.h"

namespace {

std::atomic<std::int64_t> live{0};
std::atomic<std::int64_t> peak{0};

}  // namespace

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// glibc lets a program put its own functions before the library's, which keep these names.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {
void* __libc_malloc(std::size_t size) noexcept;
void* __libc_calloc(std::size_t count, std::size_t size) noexcept;
void* __libc_realloc(void* memory, std::size_t size) noexcept;
void* __libc_memalign(std::size_t alignment, std::size_t size) noexcept;
void __libc_free(void* memory) noexcept;
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace {

constexpr bool kCounts = true;

/// Memory at the start of huge pages: behind it glibc leaves what it took too much and nobody
/// touches, so its size is what was asked for.
struct Large {
  void* memory = nullptr;
  std::int64_t size = 0;
};
std::array<Large, 1024> larges;
std::mutex larges_mutex;

constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// A block of `malloc` may stand at the start of a huge page by chance too: what is not in the
/// table is not one of them.
Large* large_at(void* memory) {
  if (memory == nullptr || reinterpret_cast<std::uintptr_t>(memory) % kHugePage != 0)
    return nullptr;
  const auto found = std::ranges::find(larges, memory, &Large::memory);
  return found == larges.end() ? nullptr : &*found;
}

std::int64_t size_of(void* memory) {
  const std::scoped_lock lock(larges_mutex);
  const Large* large = large_at(memory);
  return large != nullptr ? large->size : static_cast<std::int64_t>(malloc_usable_size(memory));
}

void* counted(void* memory) {
  const std::int64_t size = size_of(memory);
  const std::int64_t now = live.fetch_add(size) + size;
  std::int64_t highest = peak.load();
  while (now > highest && !peak.compare_exchange_weak(highest, now)) {
  }
  return memory;
}

void uncount(void* memory) {
  live -= size_of(memory);
  const std::scoped_lock lock(larges_mutex);
  if (Large* large = large_at(memory); large != nullptr) *large = {};
}

void* aligned(std::size_t alignment, std::size_t size) {
  void* memory = __libc_memalign(alignment, size);
  if (memory != nullptr && alignment >= kHugePage) {
    const std::scoped_lock lock(larges_mutex);
    const auto free_place = std::ranges::find(larges, nullptr, &Large::memory);
    if (free_place == larges.end()) std::abort();  // The table is too small.
    *free_place = {memory, static_cast<std::int64_t>(size)};
  }
  return counted(memory);
}

}  // namespace

extern "C" {
void* malloc(std::size_t size) noexcept {
  return counted(__libc_malloc(size));
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  return counted(__libc_calloc(count, size));
}
void* realloc(void* memory, std::size_t size) noexcept {
  uncount(memory);
  return counted(__libc_realloc(memory, size));
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return aligned(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return aligned(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  *memory = aligned(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
void free(void* memory) noexcept {
  uncount(memory);
  __libc_free(memory);
}
}
#else
namespace {
constexpr bool kCounts = false;
}
#endif

namespace assay::cpu {
namespace {

using backend::CompileMode;
using graph::Graph;
using graph::NodeId;
using tensor::DType;
using tensor::HostTensor;

/// Blocks of a transformer: what is alive rises and falls within each.
Graph transformer() {
  constexpr std::int64_t kWidth = 256;
  Graph graph;
  NodeId x = graph.input("x", DType::kF32, {"batch", 64, kWidth});
  for (int block = 0; block < 3; ++block) {
    const auto linear = [&](NodeId of, const char* name, std::int64_t out, std::int64_t in) {
      const std::string weight = format("{}.{}", block, name);
      return graph.op("linear", {of, graph.weight(weight, {DType::kF32, {out, in}}),
                                 graph.weight(weight + ".bias", {DType::kF32, {out}})});
    };
    const auto heads = [&](const char* name) {
      return graph.op("reshape", {linear(x, name, kWidth, kWidth)},
                      {{"shape", graph::Integers{0, 0, 4, kWidth / 4}}});
    };
    NodeId y = graph.op("attention", {heads("q"), heads("k"), heads("v")}, {{"scale", 0.125}});
    y = graph.op("reshape", {y}, {{"shape", graph::Integers{0, 0, kWidth}}});
    x = graph.op("add", {linear(y, "out", kWidth, kWidth), x});
    y = graph.op("activation", {linear(x, "up", 4 * kWidth, kWidth)}, {{"kind", "gelu"}});
    x = graph.op("add", {linear(y, "down", kWidth, 4 * kWidth), x});
  }
  graph.output("y", x);
  return graph;
}

/// Convolutions in oneDNN's own layouts, with a residual: so wide that the code which the library
/// writes for them (0.3 MB) is a small part.
Graph convolutions() {
  constexpr std::int64_t kChannels = 256;
  Graph graph;
  const NodeId picture = graph.input("x", DType::kF32, {"batch", 3, 28, 28});
  const auto conv = [&](NodeId of, const char* name, std::int64_t in, std::int64_t side) {
    return graph.op("conv2d", {of, graph.weight(name, {DType::kF32, {kChannels, in, side, side}})},
                    {{"padding", graph::Integers{side / 2, side / 2}}, {"activation", "relu"}});
  };
  NodeId x = conv(picture, "stem", 3, 3);
  for (const char* name : {"a", "b", "c", "d", "e", "f"})
    x = graph.op("add", {conv(x, name, kChannels, 3), x});
  graph.output("y", graph.op("reduce", {x}, {{"kind", "mean"}, {"axes", graph::Integers{2, 3}}}));
  return graph;
}

struct Taken {
  double expected = 0;  ///< Weights and planned arena.
  double highest = 0;   ///< During a run, beyond what was there before the model.
};

Taken memory_of_a_forward(const Graph& graph, CompileMode mode, int threads, std::int64_t batch) {
  const auto device = make_cpu_device();
  const std::int64_t before = live;
  auto weights = graph::seeded_weights(graph, 1);
  auto model = device->load(graph, *weights, {.mode = mode, .threads = threads});
  EXPECT_TRUE(model) << model.error().to_string();
  *weights = graph::Weights();
  const auto executable = (*model)->prepare({{"batch", batch}});
  EXPECT_TRUE(executable) << executable.error().to_string();
  const std::int64_t prepared = live;
  const HostTensor x = *HostTensor::create((*executable)->signature().inputs[0].second);
  HostTensor y = *HostTensor::create((*executable)->signature().outputs[0].second);
  const std::array<tensor::ConstAnyView, 1> inputs{x.view()};
  const std::array<tensor::AnyView, 1> outputs{y.view()};
  const std::int64_t callers = live - prepared;
  peak = live.load();
  for (int run = 0; run < 2; ++run) {
    const auto outcome = (*executable)->run({.inputs = inputs, .states = {}, .outputs = outputs});
    EXPECT_TRUE(outcome) << outcome.error().to_string();
  }
  const backend::ExecutableFacts& facts = (*executable)->facts();
  return {.expected = static_cast<double>((facts.weights + facts.arena).count()),
          .highest = static_cast<double>(peak - callers - before)};
}

/// Small blocks until one of them stands at the start of a huge page, which aborted this program in
/// one run of many.
TEST(PeakMemory, CountsABlockThatStandsAtAHugePageByChance) {
  if (!kCounts) GTEST_SKIP() << "a sanitizer has an allocator of its own, which is not counted";
  constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;
  const std::int64_t before = live;
  {
    std::vector<std::unique_ptr<std::array<char, 40>>> blocks;
    blocks.reserve(4 * kHugePageBytes / sizeof(std::array<char, 40>));
    bool is_found = false;
    while (!is_found && blocks.size() < blocks.capacity()) {
      blocks.push_back(std::make_unique<std::array<char, 40>>());
      is_found = reinterpret_cast<std::uintptr_t>(blocks.back().get()) % kHugePageBytes == 0;
    }
    EXPECT_TRUE(is_found);
    EXPECT_GE(live - before, static_cast<std::int64_t>(40 * blocks.size()));
  }
  EXPECT_EQ(live, before);
}

TEST(PeakMemory, OfAForwardIsWeightsAndPlannedArena) {
  if (!kCounts) GTEST_SKIP() << "a sanitizer has an allocator of its own, which is not counted";
  for (const bool is_transformer : {true, false}) {
    const Graph graph = is_transformer ? transformer() : convolutions();
    for (const CompileMode mode :
         {CompileMode::kDefault, CompileMode::kReduceOverhead, CompileMode::kMaxAutotune}) {
      SCOPED_TRACE(
          format("{}, {}", is_transformer ? "transformer" : "convolutions", to_text(mode)));
      // OpenMP's threads and the libraries' own tables are there from the first model on.
      (void)memory_of_a_forward(graph, mode, 2, 4);
      const Taken taken = memory_of_a_forward(graph, mode, 2, 4);
      EXPECT_GT(taken.highest, 0.97 * taken.expected);
      EXPECT_LT(taken.highest, 1.03 * taken.expected);
    }
  }
}

}  // namespace
}  // namespace assay::cpu
