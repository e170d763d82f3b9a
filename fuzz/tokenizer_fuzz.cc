// SPDX-License-Identifier: MIT
// Any tokenizer.json gives a tokenizer or a message; a tokenizer encodes and decodes any bytes,
// here its own file.
#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "engine/models/tokenizer/tokenizer_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace assay::models;
  const std::string text = text_of(bytes, size);
  const auto rules = parse_tokenizer_json(text);
  if (!rules) {
    ASSAY_CHECK(!rules.error().message().empty(), "a complaint says something");
    return 0;
  }
  const auto tokenizer = Tokenizer::create(*rules);
  if (!tokenizer) return 0;
  const auto back = tokenizer->decode(tokenizer->encode(text, {.frame = false}));
  ASSAY_CHECK(back.has_value(), "every id that is given out is a token");
  ASSAY_CHECK(rules->normalises || *back == text, "bytes come back as they went in");
  return 0;
}
