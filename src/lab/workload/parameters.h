// SPDX-License-Identifier: MIT
// Short forms of spec::Parameter, so that the table of a workload's parameters reads as a table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/spec/vocabulary.h"

namespace assay::workload {

/// At least `minimum`. Without a fallback the experiment must say it.
spec::Parameter integer_parameter(std::string name, std::string about, std::int64_t minimum,
                                  std::optional<std::int64_t> fallback = {});
spec::Parameter number_parameter(std::string name, std::string about, double minimum,
                                 double fallback);
spec::Parameter flag_parameter(std::string name, std::string about, bool fallback);
/// The first choice is the fallback.
spec::Parameter choice_parameter(std::string name, std::string about,
                                 std::vector<std::string> choices);
spec::Parameter text_parameter(std::string name, std::string about, std::string fallback);

}  // namespace assay::workload
