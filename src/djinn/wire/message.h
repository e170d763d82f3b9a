// SPDX-License-Identifier: MIT
// Messages to bytes and back. Every opcode has one struct (messages.h, model_messages.h,
// session_messages.h) that names its fields once, so that writing and reading cannot differ.
//
//   const std::vector<std::byte> body = encode(PingMessage{.nonce = 7});
//   ASSAY_TRY(PingMessage ping, decode<PingMessage>(frame.body.bytes()));
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/result.h"
#include "djinn/wire/opcode.h"

namespace assay::djinn {

template <class Message>
std::vector<std::byte> encode(const Message& message);

/// Every defect is a user error that names the message and the field. What a message says is also
/// held against the rules that it knows itself (`check()`).
template <class Message>
Result<Message> decode(std::span<const std::byte> body);

}  // namespace assay::djinn
