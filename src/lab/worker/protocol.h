// SPDX-License-Identifier: MIT
// What runner and worker say to each other: one line of JSON a message, over descriptors of their
// own, so that nothing a library prints can get between.
//
//   worker -> runner   {"version":1,"hello":"<build>"}      once, before anything else
//   runner -> worker   {"version":1,"trial":{...},"policy":{...},"threads":2,"replicate":0,...}
//   worker -> runner   {"version":1,"record":{...}}
//
// A message is bounded and checked; whatever else arrives is an Error that says what it looked
// like.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/units.h"
#include "lab/store/record.h"
#include "lab/worker/run_trial.h"

namespace assay::worker {

inline constexpr int kProtocolVersion = 1;
/// A record of 1,000,000 samples is about 12 MB; past 64 MiB a peer is not talking to us.
inline constexpr Bytes kMessageSizeMax{std::int64_t{64} << 20};

/// What a worker says first: that it is one, and which binary. Lines are without their newline.
std::string encode_hello(const std::string& build);
Result<std::string> decode_hello(std::string_view line);

std::string encode_assignment(const Assignment& assignment);
Result<Assignment> decode_assignment(std::string_view line);

std::string encode_reply(const store::Record& record);
Result<store::Record> decode_reply(std::string_view line);

}  // namespace assay::worker
