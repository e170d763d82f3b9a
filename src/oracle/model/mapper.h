// SPDX-License-Identifier: MIT
// How well a kernel's shape fits the arithmetic units, calculated and never fitted: tiles that are
// not full, the last wave of tiles, arrays that fill and drain. One function a kind of machine.
#pragma once

#include "oracle/model/machine.h"

namespace assay::oracle {

struct Mapping {
  double tiles = 1;        ///< Pieces that can be given to units.
  double waves = 1;        ///< Rounds of all units that they take.
  double utilisation = 1;  ///< Useful arithmetic of all the units could do in those rounds.
  double bandwidth = 1;    ///< Share of the memory's rate that so many pieces can ask for.
};

Mapping map_kernel(const KernelView& kernel, MachineKind kind, const Geometry& geometry);

}  // namespace assay::oracle
