// SPDX-License-Identifier: MIT
#include "core/result.h"

namespace assay {

std::string Error::to_string() const {
  std::string text = message_;
  for (const std::string& place : where_) {
    text += "\n  ";
    text += place;
  }
  return text;
}

int exit_code(const Error& error) {
  switch (error.blame()) {
    case Blame::kUser:
      return 2;
    case Blame::kEnvironment:
      return 3;
    case Blame::kBug:
      return 70;
  }
  ASSAY_CHECK(false, "the switch above is complete");
  return 70;
}

}  // namespace assay
