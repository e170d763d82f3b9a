// SPDX-License-Identifier: MIT
#include "core/check.h"

#include <execinfo.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace assay::internal {

void fail_check(std::string_view expression, const std::string& values, std::string_view meaning,
                const std::source_location& where) {
  fmt::print(stderr, "{}:{}: check failed: {}{}: {}\n", where.file_name(), where.line(), expression,
             values, meaning);
  fmt::print(stderr, "This is a bug in Assay. Please report these lines.\n");
  std::array<void*, 64> frames{};
  const int depth = backtrace(frames.data(), static_cast<int>(frames.size()));
  backtrace_symbols_fd(frames.data(), depth, STDERR_FILENO);
  std::abort();
}

}  // namespace assay::internal
