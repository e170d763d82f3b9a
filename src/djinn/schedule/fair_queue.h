// SPDX-License-Identifier: MIT
// Deficit round robin: tenants take turns, and each turn is worth as many predicted nanoseconds as
// every other, however long a single piece of work is. Within a tenant, first come first served.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/units.h"

namespace assay::djinn {

struct FairItem {
  std::uint64_t id = 0;
  std::string tenant;
  Nanoseconds predicted{0};  ///< What it will cost; at least 1 ns is counted.
  Nanoseconds since{0};      ///< When it came.
};

class FairQueue {
 public:
  /// A turn is worth `quantum` > 0.
  explicit FairQueue(Nanoseconds quantum);

  void push(const FairItem& item);
  /// Back to the head of its tenant's line: it was started and had to stop.
  void push_front(const FairItem& item);
  /// The next in turn, and it is gone from here.
  std::optional<FairItem> pop();
  /// The one that came first of all, wherever it stands.
  std::optional<FairItem> oldest() const;
  std::optional<FairItem> remove(std::uint64_t id);
  std::int64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  struct Line {
    std::deque<FairItem> items;
    std::int64_t deficit = 0;
    bool has_turn = false;  ///< Its quantum was counted for the turn it has now.
  };
  void drop_if_empty(const std::string& tenant);
  Line& line_of(const std::string& tenant);

  std::int64_t quantum_;
  std::map<std::string, Line> lines_;
  std::deque<std::string> turns_;  ///< Tenants with work; whose turn it is stands first.
  std::int64_t size_ = 0;
};

}  // namespace assay::djinn
