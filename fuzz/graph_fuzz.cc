// SPDX-License-Identifier: MIT
// Any bytes are a graph or a message; a graph is written as the bytes it was read from, and its
// types are known or refused, whatever its extents are bound to; passes change it or refuse it.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "engine/graph/canonical.h"
#include "engine/graph/passes/pass_list.h"
#include "engine/graph/storage.h"
#include "engine/graph/types.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace assay;
  const auto input = std::as_bytes(std::span(bytes, size));
  const auto parsed = graph::parse_canonical(input);
  if (!parsed) {
    ASSAY_CHECK(!parsed.error().message().empty(), "a complaint says something");
    return 0;
  }
  ASSAY_CHECK(std::ranges::equal(graph::canonical_bytes(*parsed), input),
              "a graph has one way to be written");
  for (const std::int64_t extent : {std::int64_t{0}, std::int64_t{3}, INT64_MAX}) {
    graph::Bindings bindings;
    for (const std::string& name : graph::extent_names(*parsed))
      bindings[name] = extent;
    const auto types = graph::infer_types(*parsed, bindings);
    if (!types) continue;
    ASSAY_CHECK_EQ(types->size(), parsed->nodes().size(), "every node has a type");
    const auto passed = graph::apply_passes(*parsed, bindings);
    ASSAY_CHECK(!passed || passed->outputs().size() == parsed->outputs().size(),
                "passes keep the outputs");
  }
  const auto stored = graph::with_weight_storage(*parsed, {tensor::DType::kI8});
  ASSAY_CHECK(!stored || stored->outputs().size() == parsed->outputs().size(),
              "storage keeps the outputs");
  return 0;
}
