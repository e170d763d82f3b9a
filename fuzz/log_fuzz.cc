// SPDX-License-Identifier: MIT
// Any bytes are a log with some sound lines; those lines written again are sound and the same.
#include "lab/store/log.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace assay::store;
  const LogContents contents = scan_log(text_of(bytes, size));
  std::string text;
  for (const std::string& payload : contents.payloads) {
    text += log_line(payload);
  }
  const LogContents again = scan_log(text);
  ASSAY_CHECK(again.payloads == contents.payloads, "sound lines stay what they are");
  ASSAY_CHECK(again.damaged.empty() && again.torn.count() == 0, "what is written is sound");
  return 0;
}
