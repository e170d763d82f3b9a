// SPDX-License-Identifier: MIT
// The one list of what this program knows: backends, workloads, and from them and the report the
// Vocabulary that experiment files are checked against. Built in main, never by static
// initialisers.
#pragma once

#include <memory>

#include "core/result.h"
#include "engine/backend/registry.h"
#include "lab/spec/vocabulary.h"
#include "lab/workload/registry.h"

namespace assay::cli {

struct Registries {
  std::shared_ptr<const backend::Registry> devices;
  workload::WorkloadRegistry workloads;
  spec::Vocabulary vocabulary;
};

Result<Registries> make_registries();

}  // namespace assay::cli
