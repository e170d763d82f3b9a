// SPDX-License-Identifier: MIT
// Checks of what must hold. A failed check is a bug of ours: it prints both values and the place,
// and stops the process. They stay on in release builds; the failing branch is out of line.
#pragma once

#include <fmt/core.h>

#include <source_location>
#include <string>
#include <string_view>

namespace assay::internal {

[[noreturn, gnu::cold, gnu::noinline]] void fail_check(std::string_view expression,
                                                       const std::string& values,
                                                       std::string_view meaning,
                                                       const std::source_location& where);

template <class Left, class Right>
[[gnu::cold, gnu::noinline]] std::string print_both(const Left& left, const Right& right) {
  return fmt::format(" ({} vs {})", left, right);
}

}  // namespace assay::internal

#define ASSAY_CHECK(condition, meaning)                                                        \
  do {                                                                                         \
    if (!(condition)) [[unlikely]] {                                                           \
      ::assay::internal::fail_check(#condition, "", meaning, std::source_location::current()); \
    }                                                                                          \
  } while (false)

#define ASSAY_CHECK_COMPARE(left, op, right, meaning)                                       \
  do {                                                                                      \
    const auto& assay_left = (left);                                                        \
    const auto& assay_right = (right);                                                      \
    if (!(assay_left op assay_right)) [[unlikely]] {                                        \
      ::assay::internal::fail_check(#left " " #op " " #right,                               \
                                    ::assay::internal::print_both(assay_left, assay_right), \
                                    meaning, std::source_location::current());              \
    }                                                                                       \
  } while (false)

#define ASSAY_CHECK_EQ(left, right, meaning) ASSAY_CHECK_COMPARE(left, ==, right, meaning)
#define ASSAY_CHECK_NE(left, right, meaning) ASSAY_CHECK_COMPARE(left, !=, right, meaning)
#define ASSAY_CHECK_LT(left, right, meaning) ASSAY_CHECK_COMPARE(left, <, right, meaning)
#define ASSAY_CHECK_LE(left, right, meaning) ASSAY_CHECK_COMPARE(left, <=, right, meaning)
#define ASSAY_CHECK_GT(left, right, meaning) ASSAY_CHECK_COMPARE(left, >, right, meaning)
#define ASSAY_CHECK_GE(left, right, meaning) ASSAY_CHECK_COMPARE(left, >=, right, meaning)
