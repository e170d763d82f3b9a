// SPDX-License-Identifier: MIT
// Any bytes are a graph or a message; a graph that was read is the same one when it is sent on.
#include <cstddef>
#include <cstdint>

#include "djinn/wire/graph_message.h"
#include "engine/graph/canonical.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace assay;
  const auto read = djinn::read_graph(std::as_bytes(std::span(bytes, size)));
  if (!read) {
    ASSAY_CHECK(!read.error().message().empty(), "a complaint says something");
    return 0;
  }
  const auto again = djinn::read_graph(djinn::write_graph(*read));
  ASSAY_CHECK(again.has_value(), "what was read can be sent on");
  ASSAY_CHECK(graph::canonical_bytes(*again) == graph::canonical_bytes(*read),
              "and is the same graph");
  return 0;
}
