// SPDX-License-Identifier: MIT
// Memory and streams of a device that is the host: every call does its work before it returns, so
// that an event is reached as soon as it is recorded.
#pragma once

#include "core/units.h"
#include "engine/backend/stream.h"

namespace assay::backend {

/// An environment error where the machine has not so much memory.
Result<std::unique_ptr<Buffer>> allocate_host_buffer(Bytes size);
std::unique_ptr<Stream> open_host_stream();

/// A copy between the sides of a device whose memory the host can reach. A user error where they
/// differ in length.
Result<void> copy_bytes(std::span<const std::byte> from, std::span<std::byte> to);

}  // namespace assay::backend
