// SPDX-License-Identifier: MIT
// One step of decoding for several sessions of one model: their rows become the rows of one batch
// (lanes.h), and each gets its own scores out of it. Who rides along is decided by next_step
// (djinn/schedule/batching.h).
#pragma once

#include <span>

#include "djinn/server/append_work.h"

namespace assay::djinn {

/// The first of them takes a step, together with as many of the others as there are rows for. False
/// where the stack segment has no room for two of them: then nothing has happened, and each steps
/// alone. Sessions of one model and capacity, all about to append at most a token to each row.
bool share_step(std::span<AppendWork* const> works, const Desk& desk);

/// Of so many rows of a decoder's first output.
AppendWork::Scores scores_of(const Values& outputs, std::int64_t first_row, std::int64_t rows);

}  // namespace assay::djinn
