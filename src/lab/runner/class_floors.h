// SPDX-License-Identifier: MIT
// A/A trials for the classes of cells that the planned ones leave without a floor. What a call
// takes is not known when a sweep is planned; the first process of a run knows it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lab/spec/spec.h"
#include "lab/store/record.h"
#include "lab/sweep/trial.h"

namespace assay::runner {

struct ClassFloor {
  sweep::Trial trial;
  std::string cell_class;
};

/// One for every class (analysis::class_of_cell) in which the first process measured an arm of
/// `trials` and none of the A/A trials among them: the arm nearest to the middle of the class
/// against itself. The same records always give the same trials, so that a run which goes on finds
/// them again. None where the experiment asks for no floors.
std::vector<ClassFloor> class_floors(const spec::Spec& spec, std::span<const sweep::Trial> trials,
                                     std::span<const store::Record> records);

}  // namespace assay::runner
