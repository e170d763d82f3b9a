// SPDX-License-Identifier: MIT
// The one list of what this program knows: workloads, and from them and the report the Vocabulary
// that experiment files are checked against. Built in main, never by static initialisers.
#pragma once

#include "core/result.h"
#include "lab/spec/vocabulary.h"
#include "lab/workload/registry.h"

namespace assay::cli {

struct Registries {
  workload::WorkloadRegistry workloads;
  spec::Vocabulary vocabulary;
};

Result<Registries> make_registries();

}  // namespace assay::cli
