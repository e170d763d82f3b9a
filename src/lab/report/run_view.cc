// SPDX-License-Identifier: MIT
#include "lab/report/run_view.h"

#include <cctype>

namespace assay::report {

std::string stem_of(const RunView& view, std::string_view id, std::size_t run_count) {
  return file_stem(run_count == 1 ? std::string(id) : view.name + "_" + std::string(id));
}

std::string file_stem(std::string_view text) {
  std::string stem;
  for (const char c : text) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    stem += is_plain ? c : '_';
  }
  return stem.empty() ? "_" : stem;
}

}  // namespace assay::report
