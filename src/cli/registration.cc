// SPDX-License-Identifier: MIT
#include "cli/registration.h"

#include "lab/report/figures.h"
#include "lab/report/metrics.h"
#include "lab/report/tables.h"
#include "lab/workload/gemm.h"
#include "lab/workload/hetero_gemm.h"
#include "lab/workload/misbehave.h"
#include "lab/workload/null_work.h"
#include "lab/workload/padding.h"
#include "lab/workload/planted.h"
#include "lab/workload/sdpa.h"

namespace assay::cli {

Result<Registries> make_registries() {
  Registries registries;
  for (workload::WorkloadDefinition& definition : std::vector<workload::WorkloadDefinition>{
           workload::gemm_workload(),
           workload::hetero_gemm_workload(),
           workload::misbehaving_workload(),
           workload::null_workload(),
           workload::padding_workload(),
           workload::planted_workload(),
           workload::sdpa_workload(),
       }) {
    ASSAY_TRY_VOID(registries.workloads.add(std::move(definition)));
  }
  registries.vocabulary = {registries.workloads.entries(), report::figure_kinds(),
                           report::table_kinds(), report::metric_names()};
  return registries;
}

}  // namespace assay::cli
