// SPDX-License-Identifier: MIT
// The first byte is an opcode, the rest its body: a message that is written as it was read, or an
// error. The tensors of a call lie in its payload, or are refused.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "djinn/wire/buffer.h"
#include "djinn/wire/limits.h"
#include "djinn/wire/message_list.h"
#include "djinn/wire/messages.h"
#include "djinn/wire/model_messages.h"

namespace {

using namespace assay::djinn;

void look_into_payload(const CallMessage& call) {
  static const Buffer kPayload(4096);
  const auto views = views_of(call.inputs, kPayload.bytes());
  if (!views) return;
  for (const auto& view : *views) {
    const auto size = dense_size(view.type);
    ASSAY_CHECK(size && *size <= kPayload.size(), "a tensor is within the payload");
    const auto* first = static_cast<const std::byte*>(view.data);
    ASSAY_CHECK(first >= kPayload.bytes().data() &&
                    first + *size <= kPayload.bytes().data() + kPayload.size(),
                "and lies there");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  if (size == 0) return 0;
  const auto opcode = parse_opcode(input[0]);
  if (!opcode) return 0;
  const auto body = std::as_bytes(std::span(input + 1, size - 1));
  if (body.size() > limits_of(*opcode).body_max) return 0;
  const auto again = written_again(*opcode, body);
  if (!again) {
    ASSAY_CHECK(!again.error().message().empty(), "a complaint says something");
    return 0;
  }
  ASSAY_CHECK(std::ranges::equal(*again, body), "a message has one way to be written");
  if (*opcode == Opcode::kCall) look_into_payload(*decode<CallMessage>(body));
  if (*opcode == Opcode::kPutWeight) {
    const auto part = decode<PutWeightMessage>(body);
    ASSAY_CHECK(!part->check_part(SIZE_MAX), "no weight is as large as memory");
  }
  return 0;
}
