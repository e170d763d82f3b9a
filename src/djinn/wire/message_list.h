// SPDX-License-Identifier: MIT
// Every message by its opcode, for whoever has only the bytes.
#pragma once

#include "djinn/wire/message.h"

namespace assay::djinn {

/// The body decoded as the message of the opcode and encoded again: the same bytes, or an error.
Result<std::vector<std::byte>> written_again(Opcode opcode, std::span<const std::byte> body);

}  // namespace assay::djinn
