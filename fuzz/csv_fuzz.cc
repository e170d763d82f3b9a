// SPDX-License-Identifier: MIT
// Any bytes give rows or a message; rows read back equal.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bytes.h"
#include "core/codec/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace assay::codec;
  const auto rows = parse_csv(text_of(bytes, size), "f.csv");
  if (!rows) {
    ASSAY_CHECK(rows.error().message().starts_with("f.csv:"), "a complaint has a place");
    return 0;
  }
  std::string text;
  for (const Node& row : rows->items()) {
    std::vector<std::string> cells;
    for (const Node& cell : row.items()) {
      cells.push_back(*cell.as_string());
    }
    append_csv_row(text, cells);
  }
  const auto again = parse_csv(text, "f.csv");
  ASSAY_CHECK(again.has_value() && *again == *rows, "what was read can be written and read");
  return 0;
}
