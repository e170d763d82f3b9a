// SPDX-License-Identifier: MIT
// Any config.json gives the settings of a model that can be built, or a message; the same bytes are
// read as a generation_config.json.
#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "engine/graph/types.h"
#include "engine/models/huggingface.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace assay::models;
  const std::string text = text_of(bytes, size);
  if (const auto generation = parse_generation_config(text, "generation_config.json")) {
    ASSAY_CHECK(check_sampling_options(generation->sampling).has_value(), "options were checked");
  }
  const auto model = parse_huggingface_config(text, "config.json");
  if (!model) {
    ASSAY_CHECK(!model.error().message().empty(), "a complaint says something");
    return 0;
  }
  const auto graph = build(model->config);
  if (!graph) return 0;
  assay::graph::Bindings bindings;
  for (const std::string& name : assay::graph::extent_names(*graph))
    bindings[name] = 2;
  (void)assay::graph::infer_types(*graph, bindings).has_value();
  return 0;
}
