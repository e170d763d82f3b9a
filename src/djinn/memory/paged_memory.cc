// SPDX-License-Identifier: MIT
#include "djinn/memory/paged_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

namespace assay::djinn {
namespace {

constexpr int kHole = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

/// One past the last of the places from `first` that follow one another and hold blocks that follow
/// one another: they can be one mapping.
std::size_t end_of_run(const std::vector<std::int32_t>& places,
                       const std::vector<BlockIndex>& blocks, std::size_t first) {
  std::size_t end = first + 1;
  while (end < places.size() && places[end] == places[end - 1] + 1 &&
         blocks[end] == blocks[end - 1] + 1) {
    ++end;
  }
  return end;
}

}  // namespace

Result<std::unique_ptr<SessionMemory>> PagedMemory::create(const PagedOptions& options) {
  ASSAY_TRY(auto pool, BlockPool::create(options.size, options.block_size, RegionKind::kShared));
  return std::unique_ptr<SessionMemory>(new PagedMemory(std::move(pool), options.mappings_max));
}

PagedMemory::~PagedMemory() {
  for (const auto& [session, range] : ranges_)
    munmap(range.reserved, range.reserved_size);
}

std::string PagedMemory::describe() const {
  return format("{} blocks of {} mapped as tokens come; {}", pool_->blocks(),
                to_text(Bytes(pool_->block_size())), pool_->facts().to_string());
}

Outcome<Done> PagedMemory::open(SessionId session, const StateLayout& layout) {
  const std::int64_t places =
      (layout.size().count() + pool_->block_size() - 1) / pool_->block_size();
  // A capacity beyond the device is allowed, since only tokens cost; addresses are not endless.
  const std::int64_t size = places * pool_->block_size() + 2 * page_size();
  if (places > std::numeric_limits<std::int32_t>::max()) {
    return Refusal::because(RefusalReason::kTooLarge,
                            "the session asks for {} of addresses: ask for a smaller capacity",
                            to_text(layout.size()));
  }
  Range range{.layout = layout, .reserved_size = static_cast<std::size_t>(size)};
  void* const reserved = mmap(nullptr, range.reserved_size, PROT_NONE, kHole, -1, 0);
  if (reserved == MAP_FAILED) {
    return Refusal::because(RefusalReason::kTooLarge, "addresses for {} failed: {}",
                            to_text(Bytes(size)), std::strerror(errno));
  }
  range.reserved = static_cast<std::byte*>(reserved);
  range.base = range.reserved + page_size();
  range.blocks.assign(static_cast<std::size_t>(places), kNoBlock);
  if (!make_hole(range, 0, places)) {
    const int number = errno;
    munmap(range.reserved, range.reserved_size);
    return Refusal::because(RefusalReason::kMappingsFull, "addresses for a session failed: {}",
                            std::strerror(number));
  }
  const auto [at, is_new] = ranges_.emplace(session, std::move(range));
  ASSAY_CHECK(is_new, "a session is opened once");
  count_mappings(at->second);
  return Done{};
}

void PagedMemory::close(SessionId session) {
  vacate(session);
  Range& range = ranges_.at(session);
  munmap(range.reserved, range.reserved_size);
  mappings_ -= range.mappings;
  ranges_.erase(session);
}

std::vector<std::int32_t> PagedMemory::missing_places(const Range& range,
                                                      const Lengths& lengths) const {
  std::vector<std::int32_t> places;
  range.layout.for_each_block(Lengths(lengths.size()), lengths, pool_->block_size(),
                              [&](std::int64_t place) {
                                if (range.blocks[static_cast<std::size_t>(place)] == kNoBlock) {
                                  places.push_back(static_cast<std::int32_t>(place));
                                }
                              });
  return places;
}

Outcome<Done> PagedMemory::cover(SessionId session, const Lengths& lengths) {
  Range& range = ranges_.at(session);
  const std::vector<std::int32_t> places = missing_places(range, lengths);
  if (places.empty()) return Done{};
  const auto wanted = static_cast<std::int64_t>(places.size());
  if (range.held + wanted > pool_->blocks()) {
    return Refusal::because(
        RefusalReason::kTooLarge, "the session would hold {} and the data segment has {}",
        to_text(Bytes((range.held + wanted) * pool_->block_size())), to_text(pool_->size()));
  }
  const auto blocks = pool_->take(wanted);
  if (!blocks) {
    return Refusal::because(RefusalReason::kDeviceFull,
                            "{} blocks of {} are wanted and {} of {} are free: a session has to "
                            "leave the device first",
                            wanted, to_text(Bytes(pool_->block_size())), pool_->free_blocks(),
                            pool_->blocks());
  }
  return map_blocks(session, range, places, *blocks);
}

Outcome<Done> PagedMemory::map_blocks(SessionId session, Range& range,
                                      const std::vector<std::int32_t>& places,
                                      const std::vector<BlockIndex>& blocks) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    range.blocks[static_cast<std::size_t>(places[i])] = blocks[i];
    pool_->header(blocks[i]) = {.owner = session, .place = places[i]};
  }
  range.held += std::ssize(places);
  count_mappings(range);
  bool is_mapped = mappings_ <= mappings_max_;
  const auto block_size = static_cast<std::size_t>(pool_->block_size());
  for (std::size_t i = 0, end = 0; is_mapped && i < places.size(); i = end) {
    end = end_of_run(places, blocks, i);
    std::byte* const at = range.base + static_cast<std::size_t>(places[i]) * block_size;
    is_mapped = mmap(at, (end - i) * block_size, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_FIXED | MAP_POPULATE, pool_->descriptor(),
                     static_cast<off_t>(blocks[i]) * pool_->block_size()) != MAP_FAILED;
  }
  if (is_mapped) return Done{};
  const std::int64_t mappings = mappings_;
  put_back(range, places);
  return Refusal::because(RefusalReason::kMappingsFull,
                          "{} mappings are needed and {} allowed: a session has to leave the "
                          "device, or start the server with blocks larger than {}",
                          mappings, mappings_max_, to_text(Bytes(pool_->block_size())));
}

bool PagedMemory::make_hole(const Range& range, std::int64_t place, std::int64_t count) const {
  std::byte* const at = range.base + place * pool_->block_size();
  return mmap(at, static_cast<std::size_t>(count * pool_->block_size()), PROT_READ,
              kHole | MAP_FIXED, -1, 0) != MAP_FAILED;
}

/// The blocks at these ascending places go back. A place that the kernel does not unmap (it may
/// have to cut a mapping in two, and have no more of them) keeps its block.
void PagedMemory::put_back(Range& range, const std::vector<std::int32_t>& places) {
  for (std::size_t i = 0, end = 0; i < places.size(); i = end) {
    for (end = i + 1; end < places.size() && places[end] == places[end - 1] + 1;)
      ++end;
    if (!make_hole(range, places[i], static_cast<std::int64_t>(end - i))) continue;
    for (std::size_t k = i; k < end; ++k) {
      BlockIndex& block = range.blocks[static_cast<std::size_t>(places[k])];
      pool_->put(block);
      block = kNoBlock;
      --range.held;
    }
  }
  count_mappings(range);
}

void PagedMemory::uncover_behind(SessionId session, const Lengths& lengths) {
  Range& range = ranges_.at(session);
  std::vector<bool> is_needed(range.blocks.size());
  range.layout.for_each_block(
      Lengths(lengths.size()), lengths, pool_->block_size(),
      [&](std::int64_t place) { is_needed[static_cast<std::size_t>(place)] = true; });
  std::vector<std::int32_t> places;
  for (std::size_t place = 0; place < range.blocks.size(); ++place) {
    if (range.blocks[place] != kNoBlock && !is_needed[place]) {
      places.push_back(static_cast<std::int32_t>(place));
    }
  }
  put_back(range, places);
}

void PagedMemory::vacate(SessionId session) {
  Range& range = ranges_.at(session);
  if (range.held == 0) return;
  // One call for the whole range: it only ever needs fewer mappings, so it cannot fail for want of
  // them, and a block is free only once no address shows it any more.
  const bool is_hole = make_hole(range, 0, std::ssize(range.blocks));
  ASSAY_CHECK(is_hole, "a range of addresses is emptied");
  for (BlockIndex& block : range.blocks) {
    if (block == kNoBlock) continue;
    pool_->put(block);
    block = kNoBlock;
  }
  range.held = 0;
  count_mappings(range);
}

/// At most so many pieces does the kernel keep for the range: every run of blocks, the holes
/// between, the pages around.
void PagedMemory::count_mappings(Range& range) {
  mappings_ -= range.mappings;
  std::int64_t runs = 0;
  std::int64_t holes = 0;
  BlockIndex before = kNoBlock;
  bool is_hole = false;
  for (const BlockIndex block : range.blocks) {
    if (block != kNoBlock && (before == kNoBlock || block != before + 1)) ++runs;
    if (block == kNoBlock && !is_hole) ++holes;
    is_hole = block == kNoBlock;
    before = block;
  }
  range.mappings = runs + holes + 2;
  mappings_ += range.mappings;
}

std::byte* PagedMemory::base(SessionId session) const {
  return ranges_.at(session).base;
}

Bytes PagedMemory::held(SessionId session) const {
  return Bytes(ranges_.at(session).held * pool_->block_size());
}

Bytes PagedMemory::wanted(SessionId session, const Lengths& lengths) const {
  return Bytes(std::ssize(missing_places(ranges_.at(session), lengths)) * pool_->block_size());
}

DataUse PagedMemory::use() const {
  const std::int64_t block = pool_->block_size();
  return {.reserved = pool_->size(),
          .held = Bytes((pool_->blocks() - pool_->free_blocks()) * block),
          .free = Bytes(pool_->free_blocks() * block),
          .unusable = Bytes(pool_->size().count() - pool_->blocks() * block)};
}

Result<void> PagedMemory::check() const {
  std::int64_t held = 0;
  std::int64_t mappings = 0;
  for (const auto& [session, range] : ranges_) {
    std::int64_t own = 0;
    for (std::size_t place = 0; place < range.blocks.size(); ++place) {
      if (range.blocks[place] == kNoBlock) continue;
      ++own;
      const BlockHeader& header = pool_->header(range.blocks[place]);
      if (header.owner != session || header.place != static_cast<std::int32_t>(place)) {
        return Error::bug("block {} stands at place {} of session {} and says place {} of {}",
                          range.blocks[place], place, session.packed(), header.place,
                          header.owner.packed());
      }
    }
    if (own != range.held) return Error::bug("a session counts {} of {} blocks", range.held, own);
    held += own;
    mappings += range.mappings;
  }
  if (held + pool_->free_blocks() != pool_->blocks()) {
    return Error::bug("{} blocks held and {} free are not {}", held, pool_->free_blocks(),
                      pool_->blocks());
  }
  if (mappings != mappings_) return Error::bug("{} mappings, counted {}", mappings, mappings_);
  return {};
}

}  // namespace assay::djinn
