// SPDX-License-Identifier: MIT
#include "djinn/memory/contiguous_memory.h"

#include <algorithm>
#include <set>

#include "djinn/memory/poison.h"

namespace assay::djinn {

Result<std::unique_ptr<SessionMemory>> ContiguousMemory::create(Bytes size, Bytes arena_size) {
  const Bytes rounded(tensor::round_up(arena_size.count(), page_size()));
  if (arena_size.count() <= 0 || rounded > size) {
    return Error::user("arenas of {} in a data segment of {}: expected at least one to fit",
                       to_text(arena_size), to_text(size));
  }
  auto memory = std::unique_ptr<ContiguousMemory>(new ContiguousMemory(size, rounded));
  const std::int64_t count = size.count() / rounded.count();
  for (std::int64_t i = 0; i < count; ++i) {
    ASSAY_TRY(Region arena, Region::create(rounded, RegionKind::kPrivate));
    poison(arena.bytes());
    memory->arenas_.push_back(std::move(arena));
    memory->free_.push_back(static_cast<int>(count - 1 - i));  // The first is given first.
  }
  return std::unique_ptr<SessionMemory>(std::move(memory));
}

ContiguousMemory::~ContiguousMemory() {
  for (const Region& arena : arenas_)
    unpoison(arena.bytes());
}

std::string ContiguousMemory::describe() const {
  std::int64_t huge = 0;
  for (const Region& arena : arenas_)
    huge += arena.facts().huge().count();
  return format("{} contiguous arenas of {}, {} in huge pages", arenas_.size(),
                to_text(arena_size_), to_text(Bytes(huge)));
}

Outcome<Done> ContiguousMemory::open(SessionId session, const StateLayout& layout) {
  if (layout.size() > arena_size_) {
    return Refusal::because(
        RefusalReason::kTooLarge,
        "the states of the session take {} and an arena holds {}: ask for fewer rows or a smaller "
        "capacity, or start the server with larger arenas or with pages",
        to_text(layout.size()), to_text(arena_size_));
  }
  const bool is_new = arena_of_.emplace(session, kNoArena).second;
  ASSAY_CHECK(is_new, "a session is opened once");
  return Done{};
}

void ContiguousMemory::close(SessionId session) {
  vacate(session);
  arena_of_.erase(session);
}

Outcome<Done> ContiguousMemory::cover(SessionId session, const Lengths& /*lengths*/) {
  int& arena = arena_of_.at(session);
  if (arena != kNoArena) return Done{};
  if (free_.empty()) {
    return Refusal::because(RefusalReason::kDeviceFull,
                            "all {} arenas of {} hold sessions: one has to leave the device first",
                            arenas_.size(), to_text(arena_size_));
  }
  arena = free_.back();
  free_.pop_back();
  unpoison(arenas_[static_cast<std::size_t>(arena)].bytes());
  return Done{};
}

void ContiguousMemory::uncover_behind(SessionId /*session*/, const Lengths& /*lengths*/) {
  // An arena is held as a whole.
}

void ContiguousMemory::vacate(SessionId session) {
  int& arena = arena_of_.at(session);
  if (arena == kNoArena) return;
  poison(arenas_[static_cast<std::size_t>(arena)].bytes());
  free_.push_back(arena);
  arena = kNoArena;
}

std::byte* ContiguousMemory::base(SessionId session) const {
  const int arena = arena_of_.at(session);
  return arena == kNoArena ? nullptr : arenas_[static_cast<std::size_t>(arena)].bytes().data();
}

Bytes ContiguousMemory::held(SessionId session) const {
  return arena_of_.at(session) == kNoArena ? Bytes(0) : arena_size_;
}

Bytes ContiguousMemory::wanted(SessionId session, const Lengths& /*lengths*/) const {
  return arena_of_.at(session) == kNoArena ? arena_size_ : Bytes(0);
}

DataUse ContiguousMemory::use() const {
  const auto arenas = static_cast<std::int64_t>(arenas_.size());
  const Bytes free = arena_size_ * std::ssize(free_);
  return {.reserved = size_,
          .held = arena_size_ * (arenas - std::ssize(free_)),
          .free = free,
          .unusable = Bytes(size_.count() - (arena_size_ * arenas).count())};
}

Result<void> ContiguousMemory::check() const {
  std::set<int> seen(free_.begin(), free_.end());
  std::size_t held = 0;
  for (const auto& [session, arena] : arena_of_) {
    if (arena == kNoArena) continue;
    ++held;
    if (!seen.insert(arena).second) return Error::bug("arena {} is held and free, or twice", arena);
  }
  if (held + free_.size() != arenas_.size()) {
    return Error::bug("{} arenas held and {} free are not {}", held, free_.size(), arenas_.size());
  }
  return {};
}

}  // namespace assay::djinn
