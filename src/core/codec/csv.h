// SPDX-License-Identifier: MIT
// Comma-separated values: quoted as RFC 4180 says, lines end in LF. A cell is text; what it means
// is for the reader (`resolve_plain_scalar` for one).
//
//   std::string text;
//   append_csv_row(text, {{"k", "time"}});
//   ASSAY_TRY(Node rows, parse_csv(text, "table.csv"));  // A list of lists of marked texts.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/codec/node.h"
#include "core/result.h"

namespace assay::codec {

void append_csv_row(std::string& out, std::span<const std::string> cells);

/// Takes LF and CRLF, and a last line with or without. Every row is as long as the first, or the
/// error says which is not; so is a stray quote, and a byte that is not UTF-8. Empty lines are rows
/// of one empty cell.
Result<Node> parse_csv(std::string_view text, std::string_view file_name);

}  // namespace assay::codec
