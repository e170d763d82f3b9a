// SPDX-License-Identifier: MIT
#include "engine/plan/plan_cache.h"

#include <algorithm>

#include "core/format.h"

namespace assay::plan {
namespace {

std::string to_text(const graph::Bindings& bindings) {
  std::string text;
  for (const auto& [name, size] : bindings) {
    text += format("{}{}={}", text.empty() ? "" : ", ", name, size);
  }
  return text.empty() ? "none" : text;
}

/// Parts of a key as text, in the order in which a miss is explained: the rarest change first.
std::vector<std::pair<std::string, std::string>> parts_of(const PlanKey& key) {
  return {{"device", key.device},
          {"graph", key.graph},
          {"weights", key.weights},
          {"options", key.options},
          {"bindings", to_text(key.bindings)}};
}

std::size_t parts_in_common(const PlanKey& a, const PlanKey& b) {
  const auto left = parts_of(a);
  const auto right = parts_of(b);
  std::size_t same = 0;
  while (same < left.size() && left[same] == right[same]) {
    ++same;
  }
  return same;
}

}  // namespace

Result<PlanCache::Entry> PlanCache::get(const PlanKey& key, const Build& build) {
  std::unique_lock lock(mutex_);
  bool has_waited = false;
  for (;;) {
    const auto slot = slots_.find(key);
    if (slot == slots_.end()) break;
    if (slot->second.entry != nullptr) {
      ++counts_.hits;
      uses_.splice(uses_.end(), uses_, slot->second.use);
      return slot->second.entry;
    }
    if (!has_waited) ++counts_.waits;
    has_waited = true;
    built_.wait(lock);
  }
  ++counts_.misses;
  slots_.emplace(key, Slot{.entry = nullptr, .use = uses_.end()});
  lock.unlock();
  Result<std::unique_ptr<backend::Executable>> executable = build();
  lock.lock();
  built_.notify_all();
  if (!executable) {
    slots_.erase(key);
    return executable.error();
  }
  Entry entry = *std::move(executable);
  keep(key, entry);
  return entry;
}

void PlanCache::keep(const PlanKey& key, Entry entry) {
  counts_.held = counts_.held + entry->facts().arena;
  Slot& slot = slots_.at(key);
  slot.entry = std::move(entry);
  slot.use = uses_.insert(uses_.end(), key);
  evict_beyond_limit();
}

void PlanCache::evict_beyond_limit() {
  while (counts_.held > limit_ && uses_.size() > 1) {
    remove(PlanKey(uses_.front()));
    ++counts_.evictions;
  }
}

void PlanCache::remove(const PlanKey& key) {
  const auto slot = slots_.find(key);
  counts_.held = Bytes(counts_.held.count() - slot->second.entry->facts().arena.count());
  uses_.erase(slot->second.use);
  slots_.erase(slot);
}

std::int64_t PlanCache::clear() {
  const std::scoped_lock lock(mutex_);
  const auto cleared = static_cast<std::int64_t>(uses_.size());
  for (const PlanKey& key : uses_)
    slots_.erase(key);
  uses_.clear();
  counts_.held = Bytes(0);
  return cleared;
}

std::int64_t PlanCache::clear_of(const std::string& weights) {
  const std::scoped_lock lock(mutex_);
  std::vector<PlanKey> keys;
  for (const PlanKey& key : uses_) {
    if (key.weights == weights) keys.push_back(key);
  }
  for (const PlanKey& key : keys)
    remove(key);
  return std::ssize(keys);
}

std::string PlanCache::explain_miss(const PlanKey& key) const {
  const std::scoped_lock lock(mutex_);
  const auto slot = slots_.find(key);
  if (slot != slots_.end()) return slot->second.entry == nullptr ? "it is being built" : "";
  if (slots_.empty()) return "the cache is empty";
  std::size_t closest = 0;
  for (const auto& [known, ignored] : slots_) {
    closest = std::max(closest, parts_in_common(known, key));
  }
  const auto asked = parts_of(key);
  constexpr std::size_t kKnownMax = 4;
  std::vector<std::string> values;
  for (const auto& [known, ignored] : slots_) {
    if (parts_in_common(known, key) != closest) continue;
    const std::string value = parts_of(known)[closest].second;
    if (std::ranges::find(values, value) == values.end()) values.push_back(value);
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(values.size(), kKnownMax); ++i) {
    text += format("{}{}", i == 0 ? "" : "; ", values[i]);
  }
  if (values.size() > kKnownMax) text += format("; {} more", values.size() - kKnownMax);
  return format("{}: {} asked for, known: {}", asked[closest].first, asked[closest].second, text);
}

PlanCacheCounts PlanCache::counts() const {
  const std::scoped_lock lock(mutex_);
  PlanCacheCounts counts = counts_;
  counts.entries = static_cast<std::int64_t>(uses_.size());
  return counts;
}

}  // namespace assay::plan
