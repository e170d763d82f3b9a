// SPDX-License-Identifier: MIT
#include "djinn/schedule/fair_queue.h"

#include <algorithm>

#include "core/check.h"

namespace assay::djinn {
namespace {

std::int64_t cost_of(const FairItem& item) {
  return std::max<std::int64_t>(item.predicted.count(), 1);
}

}  // namespace

FairQueue::FairQueue(Nanoseconds quantum) : quantum_(quantum.count()) {
  ASSAY_CHECK_GT(quantum_, 0, "a turn is worth something");
}

FairQueue::Line& FairQueue::line_of(const std::string& tenant) {
  const auto [at, is_new] = lines_.try_emplace(tenant);
  if (is_new) turns_.push_back(tenant);
  return at->second;
}

void FairQueue::push(const FairItem& item) {
  line_of(item.tenant).items.push_back(item);
  ++size_;
}

void FairQueue::push_front(const FairItem& item) {
  line_of(item.tenant).items.push_front(item);
  ++size_;
}

/// A tenant without work has no turn and saves none up.
void FairQueue::drop_if_empty(const std::string& tenant) {
  const auto at = lines_.find(tenant);
  if (!at->second.items.empty()) return;
  lines_.erase(at);
  turns_.erase(std::ranges::find(turns_, tenant));
}

std::optional<FairItem> FairQueue::pop() {
  if (empty()) return std::nullopt;
  // Turns that give too little for anybody's next item are counted at once, not gone through.
  std::int64_t rounds = INT64_MAX;
  for (const auto& [tenant, line] : lines_) {
    const std::int64_t lacking = cost_of(line.items.front()) - line.deficit;
    rounds = std::min(rounds, lacking <= 0 ? 0 : (lacking - 1) / quantum_);
  }
  for (auto& [tenant, line] : lines_)
    line.deficit += rounds * quantum_;
  while (true) {
    const std::string tenant = turns_.front();
    Line& line = lines_.at(tenant);
    if (!line.has_turn) {
      line.deficit += quantum_;
      line.has_turn = true;
    }
    const std::int64_t cost = cost_of(line.items.front());
    if (cost > line.deficit) {
      line.has_turn = false;
      turns_.pop_front();
      turns_.push_back(tenant);
      continue;
    }
    line.deficit -= cost;
    FairItem item = line.items.front();
    line.items.pop_front();
    --size_;
    drop_if_empty(tenant);
    return item;
  }
}

std::optional<FairItem> FairQueue::oldest() const {
  std::optional<FairItem> oldest;
  for (const auto& [tenant, line] : lines_) {
    for (const FairItem& item : line.items) {
      if (!oldest || item.since < oldest->since) oldest = item;
    }
  }
  return oldest;
}

std::optional<FairItem> FairQueue::remove(std::uint64_t id) {
  for (auto& [tenant, line] : lines_) {
    const auto at = std::ranges::find(line.items, id, &FairItem::id);
    if (at == line.items.end()) continue;
    FairItem item = *at;
    line.items.erase(at);
    --size_;
    drop_if_empty(item.tenant);
    return item;
  }
  return std::nullopt;
}

}  // namespace assay::djinn
