// SPDX-License-Identifier: MIT
// Prepared executables by everything they depend on. A hit is a comparison of the whole key, never
// of its hash alone; a miss can say which part of the key was new. Many callers that miss the same
// key at once wait for one build.
//
//   ASSAY_TRY(auto executable, cache.get(key, [&] { return model.prepare(bindings); }));
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "engine/backend/device.h"

namespace assay::plan {

/// All that decides what an executable is.
struct PlanKey {
  std::string graph;    ///< Fingerprint.
  std::string weights;  ///< Identity of the loaded weights.
  std::string device;
  std::string options;  ///< Mode, threads, passes switched off.
  graph::Bindings bindings;
  auto operator<=>(const PlanKey&) const = default;
};

struct PlanCacheCounts {
  std::int64_t hits = 0;
  std::int64_t misses = 0;
  std::int64_t evictions = 0;
  std::int64_t waits = 0;  ///< Calls that waited for another's build of the same key.
  std::int64_t entries = 0;
  Bytes held;  ///< Arenas of the executables in it.
};

class PlanCache {
 public:
  using Entry = std::shared_ptr<backend::Executable>;
  using Build = std::function<Result<std::unique_ptr<backend::Executable>>()>;

  /// Beyond `limit` the least recently used go; the one just built stays whatever its size.
  explicit PlanCache(Bytes limit) : limit_(limit) {}

  /// Safe from any thread. A build that fails is not kept: the next call tries again.
  Result<Entry> get(const PlanKey& key, const Build& build);
  /// Forgets what is built, and says how much that was: the next call of each builds again.
  std::int64_t clear();
  /// The same of one model: of the plans with this identity of loaded weights.
  std::int64_t clear_of(const std::string& weights);
  /// Why `key` is not there: "bindings: sequence 128 here, 64 and 256 known"; empty when it is.
  std::string explain_miss(const PlanKey& key) const;
  PlanCacheCounts counts() const;

 private:
  struct Slot {
    Entry entry;  ///< Null while it is built.
    std::list<PlanKey>::iterator use;
  };
  void keep(const PlanKey& key, Entry entry);
  void evict_beyond_limit();
  void remove(const PlanKey& key);

  const Bytes limit_;
  mutable std::mutex mutex_;
  std::condition_variable built_;
  std::map<PlanKey, Slot> slots_;
  std::list<PlanKey> uses_;  // Least recently used first.
  PlanCacheCounts counts_;
};

}  // namespace assay::plan
