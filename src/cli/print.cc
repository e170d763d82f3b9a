// SPDX-License-Identifier: MIT
#include "cli/print.h"

#include <cstdio>
#include <string>

namespace assay::cli {
namespace {

void write(std::FILE* file, std::string_view text) {
  const std::string safe = harmless(text);
  std::fwrite(safe.data(), 1, safe.size(), file);
}

}  // namespace

std::string harmless(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_control = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F;
    // U+0080 to U+009F are C2 80 to C2 9F in UTF-8; a terminal takes U+009B for ESC [.
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
      safe += format("\\x{:02x}", next);
      ++i;
    } else if (is_control) {
      safe += format("\\x{:02x}", byte);
    } else {
      safe += text[i];
    }
  }
  return safe;
}

std::string fit_columns(std::string text, int columns) {
  std::size_t shown = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    // Continuation bytes begin with 10.
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (begins && ++shown > static_cast<std::size_t>(columns)) break;
  }
  text.resize(end);
  return text;
}

void print(std::string_view text) {
  write(stdout, text);
}

void print_line(std::string_view text) {
  write(stdout, std::string(text) + "\n");
}

int complain(const Error& error) {
  std::fflush(stdout);
  write(stderr, "assay: " + error.to_string() + "\n");
  if (error.blame() == Blame::kBug) {
    write(stderr, "This is a bug in Assay. Please report these lines.\n");
  }
  return exit_code(error);
}

void note(std::string_view text) {
  std::fflush(stdout);
  write(stderr, "assay: " + std::string(text) + "\n");
}

bool flush_output() {
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

}  // namespace assay::cli
