// SPDX-License-Identifier: MIT
// How one trial is sampled inside one process: the main path of the instrument.
//
//   arms, Policy
//     -> choose the sample length   as given, or the pilot's narrowest paired interval  pilot.h
//     -> choose batches             calls per sample: long enough and legal             batching.h
//     -> warm up                    until the times of every arm are level              warm_up.h
//     -> sample until stopped       interleaved rounds; width, budget or samples_max    sampler.cc
//     -> Series                     raw samples in round order, each with its doubts    series.h
//
// Every phase takes its samples through rig.h, the one place where the clock is read around the
// work. The order of the arms comes from interleaving.h, the end from stopping_rule.h. Nothing is
// averaged, subtracted or dropped here; that is for analysis, which sees everything.
//
// What a published number still needs is outside of one process: replicates in fresh processes,
// and the A/A floor of the machine.
#pragma once

#include <cstdint>
#include <span>

#include "core/result.h"
#include "lab/measure/policy.h"
#include "lab/measure/rig.h"
#include "lab/measure/series.h"
#include "lab/measure/system_under_test.h"

namespace assay::measure {

/// The seed decides the order of the arms and nothing else. The budget covers the pilot and the
/// sampling; the warm-up has its own limit. An Error of an arm ends it and says which arm.
Result<Series> sample_arms(std::span<SystemUnderTest* const> arms, const Policy& policy,
                           const Instruments& instruments, std::uint64_t seed);

}  // namespace assay::measure
