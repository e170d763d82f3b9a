// SPDX-License-Identifier: MIT
#include "cli/registration.h"

#include <filesystem>

#include "cli/simulated_devices.h"
#include "cli/winner_file.h"
#include "engine/backends/cpu/cpu_device.h"
#include "engine/backends/reference/reference_device.h"
#include "engine/backends/torch/torch_backend.h"
#include "lab/report/figures.h"
#include "lab/report/metrics.h"
#include "lab/report/tables.h"
#include "lab/workload/djinn/agents.h"
#include "lab/workload/djinn/arena.h"
#include "lab/workload/djinn/served.h"
#include "lab/workload/djinn/token_loop.h"
#include "lab/workload/gemm.h"
#include "lab/workload/hetero_gemm.h"
#include "lab/workload/misbehave.h"
#include "lab/workload/model.h"
#include "lab/workload/null_work.h"
#include "lab/workload/padding.h"
#include "lab/workload/planted.h"
#include "lab/workload/sdpa.h"
#include "lab/workload/vit.h"

namespace assay::cli {

namespace {

/// What a backend says that has no profiles.
Error no_profiles(std::string_view name, std::string_view profile) {
  return Error::user("the backend {} has no profiles: {}:{}", name, name, profile);
}

/// Plugins lie beside it, and servers of trials are started from it.
std::filesystem::path program_path() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error);
}

std::string plugin_path(const char* file) {
  return (program_path().parent_path() / file).string();
}

Result<std::shared_ptr<const backend::Registry>> make_devices() {
  auto devices = std::make_shared<backend::Registry>();
  using Opened = Result<std::unique_ptr<backend::Device>>;
  ASSAY_TRY_VOID(devices->add("reference", "obvious loops in fp64: slow, the judge of all others",
                              [](const std::string& profile) -> Opened {
                                if (!profile.empty()) return no_profiles("reference", profile);
                                return reference::make_reference_device();
                              }));
  ASSAY_TRY_VOID(devices->add("cpu", "this machine: own kernels, oneDNN, OpenBLAS",
                              [](const std::string& profile) -> Opened {
                                if (!profile.empty()) return no_profiles("cpu", profile);
                                return cpu::make_cpu_device(
                                    std::make_shared<WinnerFile>(cache_folder(), tuned_for()));
                              }));
  ASSAY_TRY_VOID(devices->add("sim", "an accelerator on a virtual clock: every time is simulated",
                              open_simulated, simulated_names(hardware_root())));
  ASSAY_TRY_VOID(devices->add("torch", "LibTorch, eager or TorchScript: what one compares with",
                              [](const std::string& profile) {
                                return torch_backend::open_torch(
                                    plugin_path(torch_backend::kPluginFile), profile);
                              }));
  return std::shared_ptr<const backend::Registry>(std::move(devices));
}

}  // namespace

Result<Registries> make_registries() {
  Registries registries;
  ASSAY_TRY(registries.devices, make_devices());
  for (workload::WorkloadDefinition& definition : std::vector<workload::WorkloadDefinition>{
           workload::agents_workload(registries.devices, program_path().string()),
           workload::arena_workload(registries.devices, program_path().string()),
           workload::gemm_workload(),
           workload::hetero_gemm_workload(),
           workload::misbehaving_workload(),
           workload::model_workload(registries.devices),
           workload::null_workload(),
           workload::padding_workload(),
           workload::planted_workload(),
           workload::sdpa_workload(),
           workload::served_workload(registries.devices, program_path().string()),
           workload::token_loop_workload(registries.devices, program_path().string()),
           workload::vit_workload(registries.devices),
       }) {
    ASSAY_TRY_VOID(registries.workloads.add(std::move(definition)));
  }
  registries.vocabulary = {registries.workloads.entries(), report::figure_kinds(),
                           report::table_kinds(), report::metric_names()};
  return registries;
}

}  // namespace assay::cli
