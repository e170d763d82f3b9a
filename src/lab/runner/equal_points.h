// SPDX-License-Identifier: MIT
// Points that were asked for as different and turned out to be one: the factors that were in force
// are equal, whatever the labels say. They are replicates of each other, never two results.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lab/store/record.h"

namespace assay::runner {

/// A sentence for every group of cells whose arms observed equal factors, in the order of the
/// records. What was compared on purpose (pairs, A/A floors) is left out.
std::vector<std::string> equal_points(std::span<const store::Record> records);

}  // namespace assay::runner
