// SPDX-License-Identifier: MIT
#include "lab/runner/equal_points.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/format.h"
#include "core/hash.h"

namespace assay::runner {
namespace {

using store::Record;

/// Names and observed factors of the arms that ran, whatever their order; 0 where none did.
std::uint64_t observed_hash(const Record& record) {
  std::uint64_t hash = 0;
  for (const store::ArmRecord& arm : record.arms) {
    if (arm.status == store::Status::kOk) hash += hash_bytes(arm.name, hash_of(arm.observed));
  }
  return hash;
}

}  // namespace

std::vector<std::string> equal_points(std::span<const Record> records) {
  std::map<std::uint64_t, std::vector<std::string>> points;
  std::vector<std::uint64_t> order;
  for (const Record& record : records) {
    const std::uint64_t hash = observed_hash(record);
    if (record.kind != sweep::TrialKind::kCell || hash == 0) continue;
    std::vector<std::string>& ids = points[hash];
    if (ids.empty()) order.push_back(hash);
    if (std::ranges::find(ids, record.trial_id) == ids.end()) ids.push_back(record.trial_id);
  }
  std::vector<std::string> sentences;
  for (const std::uint64_t hash : order) {
    const std::vector<std::string>& ids = points[hash];
    if (ids.size() < 2) continue;
    std::string list;
    for (const std::string& id : ids) {
      list += format("{}{}", list.empty() ? "" : ", ", id);
    }
    sentences.push_back(
        format("one point under {} names, its records are replicates: {}", ids.size(), list));
  }
  return sentences;
}

}  // namespace assay::runner
