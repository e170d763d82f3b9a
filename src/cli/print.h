// SPDX-License-Identifier: MIT
// The only place that speaks to people: text to standard output, complaints to standard error.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace assay::cli {

/// Without what a terminal would obey: control characters but tab and line feed become `\x1b`. The
/// texts come from files and from workers, and all that is printed here goes through it.
std::string harmless(std::string_view text);
/// Its first characters, so many as there are columns; never half a one.
std::string fit_columns(std::string text, int columns);

void print(std::string_view text);
void print_line(std::string_view text);
/// `assay: <message>` with its places, on standard error; the exit code that goes with it.
int complain(const Error& error);
void note(std::string_view text);
/// False where something printed did not arrive (a full disk, a closed pipe).
bool flush_output();

}  // namespace assay::cli
