// SPDX-License-Identifier: MIT
// The policies of the ablation, by name:
//
//   none         nobody ever leaves; admission refuses instead
//   reactive     who had no request for a time T leaves; back when a request comes
//   lru          under pressure the least recently used leaves; signals are not heard
//   proactive    who says IO_WAIT leaves at once, and is fetched a margin before its estimate
//   lazy         who says IO_WAIT is copied when nobody else copies and stays; under pressure those
//                go whose room is worth most for the longest, and not those who are back before the
//                copy would have paid
//   oracle       as lazy, but knows when each will be back: what knowledge could gain at most
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "djinn/schedule/idle_policy.h"

namespace assay::djinn {

struct IdlePolicyOptions {
  Nanoseconds idle_after{1'000'000'000};  ///< T of `reactive`.
  Nanoseconds margin{100'000'000};        ///< Fetched so long before it is expected.
  /// After so long a wait for room the room is made whatever it costs (`lazy`).
  Nanoseconds patience{50'000'000};
};

/// A user error that lists the names for one that is none of them.
Result<std::unique_ptr<IdlePolicy>> make_idle_policy(std::string_view name,
                                                     const IdlePolicyOptions& options);
std::vector<std::string> idle_policy_names();

}  // namespace assay::djinn
