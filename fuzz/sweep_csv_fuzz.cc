// SPDX-License-Identifier: MIT
// Any bytes give rows or a message with a place; rows are times above 0 and write to what reads
// back as the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "bytes.h"
#include "oracle/calibrate/sweep_row.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace assay::calibrate;
  const auto rows = parse_sweep_csv(text_of(bytes, size), "f.csv");
  if (!rows) {
    ASSAY_CHECK(rows.error().to_string().find("f.csv") != std::string::npos,
                "a complaint has a place");
    return 0;
  }
  for (const SweepRow& row : *rows) {
    ASSAY_CHECK_GT(row.time_ms, 0.0, "a time is above 0");
    ASSAY_CHECK_GE(row.configuration.batch, 1, "a call has a row");
  }
  const std::string written = to_csv(*rows);
  const auto again = parse_sweep_csv(written, "g.csv");
  ASSAY_CHECK(again.has_value(), "what was written can be read");
  ASSAY_CHECK_EQ(to_csv(*again), written, "and is the same");
  return 0;
}
