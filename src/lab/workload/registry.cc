// SPDX-License-Identifier: MIT
#include "lab/workload/registry.h"

#include "core/nearest.h"

namespace assay::workload {

Result<void> WorkloadRegistry::add(WorkloadDefinition definition) {
  const std::string name = definition.entry.name;
  if (!definitions_.emplace(name, std::move(definition)).second) {
    return Error::bug("workload registered twice: {}", name);
  }
  return {};
}

Result<const WorkloadDefinition*> WorkloadRegistry::find(std::string_view name) const {
  if (const auto found = definitions_.find(name); found != definitions_.end()) {
    return &found->second;
  }
  std::vector<std::string> known;
  for (const auto& [known_name, definition] : definitions_)
    known.push_back(known_name);
  return Error::user("{}", unknown_name("workload", name, known));
}

std::vector<spec::WorkloadEntry> WorkloadRegistry::entries() const {
  std::vector<spec::WorkloadEntry> entries;
  for (const auto& [name, definition] : definitions_)
    entries.push_back(definition.entry);
  return entries;
}

}  // namespace assay::workload
