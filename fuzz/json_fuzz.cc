// SPDX-License-Identifier: MIT
// Any bytes give a Node or a message; a Node reads back equal from either style.
#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "core/codec/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace assay::codec;
  const auto node = parse_json(text_of(bytes, size));
  if (!node) {
    ASSAY_CHECK(!node.error().message().empty(), "a complaint says something");
    return 0;
  }
  for (const JsonStyle style : {JsonStyle::kCompact, JsonStyle::kPretty}) {
    const auto again = parse_json(to_json(*node, style));
    ASSAY_CHECK(again.has_value() && *again == *node, "what was read can be written and read");
  }
  return 0;
}
