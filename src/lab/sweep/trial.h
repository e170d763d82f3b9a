// SPDX-License-Identifier: MIT
// A trial: one point of a sweep, with the arms that are compared at it. Everything that is measured
// (a cell of the sweep, a compared pair, an A/A floor) has this one shape.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/node.h"
#include "core/result.h"
#include "lab/spec/factors.h"
#include "lab/spec/spec.h"

namespace assay::sweep {

enum class TrialKind : std::uint8_t {
  kCell,     ///< A point of the axes; its arms are the experiment's.
  kCompare,  ///< Two points side by side: arms "base" and "other".
  kFloor,    ///< The same arm twice: what difference the instrument sees where there is none.
};
std::string_view to_text(TrialKind kind);

/// An arm as it is to be prepared: the trial's factors with the arm's overrides laid over them.
struct TrialArm {
  std::string name;
  spec::Factors factors;
};

struct Trial {
  std::string id;  ///< Unique and readable within a run: "k=107", "flush:k=112..107".
  TrialKind kind = TrialKind::kCell;
  std::string comparison;  ///< For kCompare: the name of the `compare:` block.
  std::string workload;
  spec::Factors factors;  ///< The swept and fixed factors that all arms share.
  std::vector<TrialArm> arms;
  std::uint64_t seed = 0;  ///< Of the data; from the run's seed and the factors, never from order.
};

/// Content key of a trial: workload, kind, comparison, and name and factors of every arm; not its
/// id, not its seed, and not the order of arms or factors.
std::uint64_t key_of(const Trial& trial);

codec::Node to_node(const Trial& trial);
Result<Trial> trial_from(const codec::Node& node);

}  // namespace assay::sweep
