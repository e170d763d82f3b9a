// SPDX-License-Identifier: MIT
// The workloads that this program knows, by name. Built in main, by cli/registration.cc.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lab/workload/workload.h"

namespace assay::workload {

class WorkloadRegistry {
 public:
  /// A second workload of the same name is refused: it is a bug of ours.
  Result<void> add(WorkloadDefinition definition);
  /// An unknown name is answered with the nearest and with all that are known.
  Result<const WorkloadDefinition*> find(std::string_view name) const;
  /// What the Vocabulary needs, sorted by name.
  std::vector<spec::WorkloadEntry> entries() const;

 private:
  std::map<std::string, WorkloadDefinition, std::less<>> definitions_;
};

}  // namespace assay::workload
