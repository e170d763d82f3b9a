// SPDX-License-Identifier: MIT
// A table in the formats people and programs read. Markdown and LaTeX round to what the interval
// supports and mark every state; CSV and JSON keep full precision and the state beside the number.
#pragma once

#include <string>
#include <string_view>

#include "core/codec/node.h"
#include "lab/figure/table.h"

namespace assay::figure {

/// A GitHub table whose columns also line up in a terminal, then footnotes and notes.
std::string to_markdown(const Table& table);
/// A text in a line of Markdown: HTML tags, cell borders, line feeds and control characters are
/// shown and have no effect.
std::string escape_markdown(std::string_view text);

/// RFC 4180. A value becomes NAME, NAME_low, NAME_high, NAME_state, NAME_reason, in the stored
/// unit, which stands in NAME_unit where there is one; a missing number is an empty field.
std::string to_csv(const Table& table);

/// A fragment for \input: plain pdflatex compiles it, `longtable` is needed above 40 rows only.
std::string to_latex(const Table& table);
/// Text for LaTeX: every special character escaped; what pdflatex cannot set is named by its code.
std::string escape_latex(std::string_view text);

/// {id, title, columns, rows, notes}; a cell is a scalar, or {value, low, high, state, reason,
/// text} with the text as Markdown shows it.
codec::Node to_node(const Table& table);

}  // namespace assay::figure
