// SPDX-License-Identifier: MIT
// The limits that everything which moves bytes is measured against: how fast memory is read,
// written, copied, and how long a load takes that has to wait for the one before. Each thread has a
// contiguous part of its own and passes over it `passes` times within one parallel region.
#pragma once

#include <cstddef>
#include <span>

#include "core/random.h"

namespace assay::kernels {

/// Returns a sum over all passes, so that no compiler can drop a load.
double read_loop(std::span<const float> memory, int threads, std::int64_t passes = 1);

/// Ordinary stores: a line that is not in a cache is read first.
void write_loop(std::span<float> memory, int threads, std::int64_t passes = 1);

/// Checked: both have the same size. The memories do not overlap.
void copy_loop(std::span<const float> from, std::span<float> to, int threads,
               std::int64_t passes = 1);

/// Makes the lines of `memory` one cycle in random order, each holding the address of the next;
/// returns one of them. Checked: there is a whole line.
const void* link_lines(std::span<std::byte> memory, Random& random);
/// Follows so many addresses of a cycle; returns where it ends.
const void* chase_loop(const void* start, std::int64_t steps);

}  // namespace assay::kernels
