// SPDX-License-Identifier: MIT
#include "djinn/memory/text_segment.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "djinn/memory/poison.h"

namespace assay::djinn {
namespace {

std::string name_of(const WeightKey& key) {
  std::string name = key.space + ":";
  for (std::size_t i = 0; i < 4; ++i) {
    name += format("{:02x}", static_cast<unsigned>(key.content[i]));
  }
  return name + "...";
}

/// A weight is made read-only by pages, so it begins and ends with one.
std::int64_t whole_pages(Bytes size) {
  return (size.count() + page_size() - 1) / page_size() * page_size();
}

}  // namespace

Result<std::unique_ptr<TextSegment>> TextSegment::create(Bytes size) {
  ASSAY_TRY(Region region, Region::create(size, RegionKind::kPrivate));
  return std::unique_ptr<TextSegment>(new TextSegment(std::move(region)));
}

TextSegment::TextSegment(Region region)
    : region_(std::move(region)), free_(static_cast<std::int64_t>(region_.bytes().size())) {
  poison(region_.bytes());
}

TextSegment::~TextSegment() {
  unpoison(region_.bytes());
}

std::span<std::byte> TextSegment::bytes(const Extent& extent) const {
  return region_.bytes().subspan(static_cast<std::size_t>(extent.offset),
                                 static_cast<std::size_t>(extent.size));
}

bool TextSegment::evict_longest_unused() {
  auto victim = entries_.end();
  for (auto at = entries_.begin(); at != entries_.end(); ++at) {
    const Entry& entry = at->second;
    if (entry.state != State::kSealed || entry.uses > 0) continue;
    if (victim == entries_.end() || entry.used_last < victim->second.used_last) victim = at;
  }
  if (victim == entries_.end()) return false;
  ++evicted_;
  remove(victim);
  return true;
}

Outcome<Extent> TextSegment::find_room(std::int64_t size) {
  if (size > static_cast<std::int64_t>(region_.bytes().size())) {
    return Refusal::because(RefusalReason::kTooLarge, "{} exceed the text segment of {}",
                            to_text(Bytes(size)), to_text(region_.facts().size));
  }
  auto extent = free_.take(size);
  while (!extent) {
    if (!evict_longest_unused()) {
      return Refusal::because(
          RefusalReason::kDeviceFull,
          "{} are wanted in one piece; {} are free, {} of it in one piece, and all weights are in "
          "use: unload a model, or start the server with more device memory",
          to_text(Bytes(size)), to_text(Bytes(free_.free())), to_text(Bytes(free_.largest())));
    }
    extent = free_.take(size);
  }
  return *extent;
}

Outcome<std::span<std::byte>> TextSegment::begin(const WeightKey& key, Bytes size) {
  if (entries_.contains(key)) {
    return Refusal::because(RefusalReason::kAlreadySealed, "weight {} is here already",
                            name_of(key));
  }
  ASSAY_CHECK_GT(size.count(), 0, "a weight has bytes");
  ASSAY_TRY(const Extent extent, find_room(whole_pages(size)));
  const std::span<std::byte> memory = bytes(extent);
  unpoison(memory);
  // Whoever leaves bytes out must not find another tenant's there.
  std::memset(memory.data(), 0, memory.size());
  entries_.emplace(key, Entry{.extent = extent, .size = size.count()});
  return memory.first(static_cast<std::size_t>(size.count()));
}

Outcome<TextSegment::Entries::iterator> TextSegment::find(const WeightKey& key, State state) {
  const auto at = entries_.find(key);
  if (at == entries_.end()) {
    return Refusal::because(RefusalReason::kUnknownWeight, "weight {} is not here: send it (again)",
                            name_of(key));
  }
  if (at->second.state == state) return at;
  if (state == State::kWriting) {
    return Refusal::because(RefusalReason::kAlreadySealed, "weight {} is complete", name_of(key));
  }
  return Refusal::because(RefusalReason::kNotSealed, "weight {} is not {}", name_of(key),
                          state == State::kSealed ? "complete" : "lent");
}

Outcome<std::span<std::byte>> TextSegment::writable(const WeightKey& key) {
  ASSAY_TRY(const auto at, find(key, State::kWriting));
  return bytes(at->second.extent).first(static_cast<std::size_t>(at->second.size));
}

Outcome<Done> TextSegment::seal(const WeightKey& key) {
  ASSAY_TRY(const auto at, find(key, State::kWriting));
  const std::span<std::byte> memory = bytes(at->second.extent);
  if (mprotect(memory.data(), memory.size(), PROT_READ) != 0) {
    return Refusal::because(RefusalReason::kMappingsFull,
                            "weight {} could not be made read-only: unload a model", name_of(key));
  }
  at->second.state = State::kSealed;
  at->second.used_last = ++uses_so_far_;
  return Done{};
}

void TextSegment::remove(Entries::iterator at) {
  const std::span<std::byte> memory = bytes(at->second.extent);
  if (at->second.state == State::kSealed) {
    // Fewer pieces than before, so the kernel has no reason to refuse.
    const bool is_writable = mprotect(memory.data(), memory.size(), PROT_READ | PROT_WRITE) == 0;
    ASSAY_CHECK(is_writable, "a weight's memory becomes writable again");
  }
  poison(memory);
  free_.put(at->second.extent);
  entries_.erase(at);
}

Outcome<Done> TextSegment::abandon(const WeightKey& key) {
  ASSAY_TRY(const auto at, find(key, State::kWriting));
  remove(at);
  return Done{};
}

bool TextSegment::has(const WeightKey& key) const {
  const auto at = entries_.find(key);
  return at != entries_.end() && at->second.state == State::kSealed;
}

Outcome<std::span<const std::byte>> TextSegment::acquire(const WeightKey& key) {
  ASSAY_TRY(const auto at, find(key, State::kSealed));
  ++at->second.uses;
  ++found_;
  at->second.used_last = ++uses_so_far_;
  return std::span<const std::byte>(
      bytes(at->second.extent).first(static_cast<std::size_t>(at->second.size)));
}

Outcome<Done> TextSegment::release(const WeightKey& key) {
  ASSAY_TRY(const auto at, find(key, State::kSealed));
  ASSAY_CHECK_GT(at->second.uses, 0, "a weight is released as often as it was acquired");
  --at->second.uses;
  at->second.used_last = ++uses_so_far_;
  return Done{};
}

bool TextSegment::drop(const WeightKey& key) {
  const auto at = find(key, State::kSealed);
  if (!at || (*at)->second.uses > 0) return false;
  remove(*at);
  return true;
}

Outcome<Done> TextSegment::lend(const WeightKey& key, Bytes size) {
  if (entries_.contains(key)) {
    return Refusal::because(RefusalReason::kAlreadySealed, "{} is here already", name_of(key));
  }
  ASSAY_CHECK_GT(size.count(), 0, "something is lent");
  ASSAY_TRY(const Extent extent, find_room(whole_pages(size)));
  const std::span<std::byte> memory = bytes(extent);
  unpoison(memory);
  madvise(memory.data(), memory.size(), MADV_DONTNEED);
  entries_.emplace(key, Entry{.extent = extent, .size = size.count(), .state = State::kLent});
  return Done{};
}

Outcome<Done> TextSegment::give_back(const WeightKey& key) {
  ASSAY_TRY(const auto at, find(key, State::kLent));
  const std::span<std::byte> memory = bytes(at->second.extent);
  // Best made real now. If the machine has no memory just then, they will be at their first use.
  madvise(memory.data(), memory.size(), MADV_POPULATE_WRITE);
  remove(at);
  return Done{};
}

TextCounts TextSegment::counts() const {
  TextCounts counts{.weights = std::ssize(entries_), .evicted = evicted_, .found = found_};
  for (const auto& [key, entry] : entries_) {
    counts.sealed += entry.state == State::kSealed ? 1 : 0;
    counts.in_use += entry.uses > 0 ? 1 : 0;
  }
  return counts;
}

SegmentReport TextSegment::report() const {
  std::int64_t used = 0;
  std::int64_t held = 0;
  for (const auto& [key, entry] : entries_) {
    used += entry.size;
    held += entry.extent.size;
  }
  // The text segment has no external waste of its own: any free piece holds some weight. How
  // scattered it is, a refusal says.
  return {.reserved = region_.facts().size,
          .used = Bytes(used),
          .waste_internal = Bytes(held - used),
          .waste_external = Bytes(0),
          .free = Bytes(free_.free())};
}

}  // namespace assay::djinn
