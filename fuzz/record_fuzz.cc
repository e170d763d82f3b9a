// SPDX-License-Identifier: MIT
// Any JSON is a record or a message; a record that was read is written and read without a change.
#include "lab/store/record.h"

#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "core/codec/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace assay;
  const auto node = codec::parse_json(text_of(bytes, size));
  if (!node) return 0;
  const auto record = store::record_from(*node);
  if (!record) return 0;
  const std::string first = codec::to_json(store::to_node(*record));
  const auto node_again = codec::parse_json(first);
  ASSAY_CHECK(node_again.has_value(), "a record is JSON");
  const auto again = store::record_from(*node_again);
  ASSAY_CHECK(again.has_value(), "what was written is a record");
  ASSAY_CHECK_EQ(codec::to_json(store::to_node(*again)), first, "and the same record");
  return 0;
}
