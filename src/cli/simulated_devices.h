// SPDX-License-Identifier: MIT
// The backend `sim` put together: profiles from hardware/*.yaml, costs of nodes as the oracle
// counts them, answers from the CPU. The engine knows neither files nor the oracle.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/backends/sim/sim_device.h"

namespace assay::cli {

/// $ASSAY_HARDWARE, else hardware/ here, else that of the source tree.
std::filesystem::path hardware_root();
/// Names of the profiles there that hold what a simulation needs, sorted.
std::vector<std::string> simulated_names(const std::filesystem::path& root);

/// A user error that lists the profiles where there is none of this name, or none is named.
Result<sim::SimProfile> read_sim_profile(const std::string& name,
                                         const std::filesystem::path& root);
sim::CostModel counted_costs();

/// "sim:<profile>", calculated by the CPU.
Result<std::unique_ptr<backend::Device>> open_simulated(const std::string& profile);

}  // namespace assay::cli
