// SPDX-License-Identifier: MIT
// Any bytes give a Node or one message with its place; a Node written as JSON is YAML for the same.
#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "core/codec/json.h"
#include "core/codec/yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace assay::codec;
  const auto node = parse_yaml(text_of(bytes, size), "f.yaml");
  if (!node) {
    ASSAY_CHECK(node.error().message().starts_with("f.yaml:"), "a complaint has a place");
    return 0;
  }
  const std::string json = to_json(*node);
  const auto again = parse_json(json);
  ASSAY_CHECK(again.has_value() && *again == *node, "what was read can be written and read");
  return 0;
}
