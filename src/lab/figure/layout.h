// SPDX-License-Identifier: MIT
// A table made ready to be written, the same for Markdown and LaTeX: headers with their units,
// rounded text, and a footnote for every state that is not `measured`, each (state, reason) once.
#pragma once

#include <string>
#include <vector>

#include "lab/figure/reading.h"
#include "lab/figure/table.h"

namespace assay::figure {

struct LaidOutColumn {
  std::string title;
  std::string unit;         ///< As read, after scaling; empty: none.
  double factor = 1;        ///< Stored number times this is the number shown.
  bool is_numeric = false;  ///< Set to the right.
};

struct LaidOutCell {
  std::string text;
  std::string mark;  ///< Of the footnote; empty: measured, or a factor.
};

struct Footnote {
  std::string mark;  ///< "a", "b", ..., "z", "aa".
  std::string text;  ///< "unsupported: no fp16 on this CPU"
};

struct Layout {
  std::vector<LaidOutColumn> columns;
  std::vector<std::vector<LaidOutCell>> rows;
  std::vector<Footnote> footnotes;
};

Layout lay_out(const Table& table);

/// The numbers of a column, where it has any; what its scale is chosen from.
std::vector<double> numbers_of(const Table& table, std::size_t column);

}  // namespace assay::figure
