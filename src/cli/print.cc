// SPDX-License-Identifier: MIT
#include "cli/print.h"

#include <cstdio>
#include <string>

namespace assay::cli {
namespace {

void write(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
}

}  // namespace

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
