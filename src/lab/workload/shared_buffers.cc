// SPDX-License-Identifier: MIT
#include "lab/workload/shared_buffers.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "core/check.h"
#include "core/hash.h"
#include "core/random.h"

namespace assay::workload {
namespace {

constexpr std::int64_t kPage = 4096;
constexpr std::int64_t kLine = 64;

struct Free {
  void operator()(std::byte* memory) const { std::free(memory); }
};

}  // namespace

struct SharedBuffers::Block {
  Block(std::int64_t page_offset, std::int64_t bytes)
      : offset(page_offset),
        // An eighth more than asked for, so that an arm with somewhat longer rows shares it too.
        capacity(bytes + bytes / 8 + kPage) {
    const std::int64_t whole = (offset + capacity + kPage - 1) / kPage * kPage;
    memory.reset(static_cast<std::byte*>(
        std::aligned_alloc(static_cast<std::size_t>(kPage), static_cast<std::size_t>(whole))));
    if (memory == nullptr) throw std::bad_alloc();
    std::memset(memory.get(), 0, static_cast<std::size_t>(whole));
  }
  std::byte* data() const { return memory.get() + offset; }

  std::int64_t offset;
  std::int64_t capacity;
  std::unique_ptr<std::byte, Free> memory;
  std::int64_t filled = 0;  ///< Random floats written so far, from `fill_seed`.
  std::uint64_t fill_seed = 0;
};

SharedBuffers::SharedBuffers(std::uint64_t layout_seed) : layout_seed_(layout_seed) {}
SharedBuffers::~SharedBuffers() = default;

std::byte* SharedBuffers::get(std::string_view role, Bytes size) {
  ASSAY_CHECK_GE(size.count(), 0, "a buffer has a size");
  std::unique_ptr<Block>& block = blocks_[std::string(role)];
  if (block != nullptr && block->capacity >= size.count()) return block->data();
  Random random(mix_seed(layout_seed_, hash_bytes(role)));
  const auto offset = kLine * static_cast<std::int64_t>(random.below(kPage / kLine));
  auto larger = std::make_unique<Block>(offset, size.count());
  if (block != nullptr) {
    std::memcpy(larger->data(), block->data(), static_cast<std::size_t>(block->capacity));
    outgrown_.push_back(std::move(block));
  }
  block = std::move(larger);
  return block->data();
}

std::span<float> SharedBuffers::random_floats(std::string_view role, std::int64_t count,
                                              std::uint64_t seed) {
  std::byte* memory = get(role, Bytes(count * static_cast<std::int64_t>(sizeof(float))));
  Block& block = *blocks_.find(role)->second;
  const std::span<float> floats(reinterpret_cast<float*>(memory), static_cast<std::size_t>(count));
  if (block.filled < count || block.fill_seed != seed) {
    Random random(mix_seed(seed, hash_bytes(role)));
    for (float& element : floats)
      element = static_cast<float>(random.uniform() * 2 - 1);
    block.filled = count;
    block.fill_seed = seed;
  }
  return floats;
}

std::int64_t SharedBuffers::page_offset(std::string_view role) const {
  const auto found = blocks_.find(role);
  ASSAY_CHECK(found != blocks_.end(), "a role has an offset once it was asked for");
  return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(found->second->data()) % kPage);
}

}  // namespace assay::workload
