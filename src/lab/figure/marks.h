// SPDX-License-Identifier: MIT
// What a figure draws, once for both renderers: every row of its table as a mark with a panel, a
// series, a place, a scaled number with its interval, and the state that decides how it looks.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "lab/figure/figure.h"

namespace assay::figure {

struct Mark {
  std::size_t row = 0;  ///< In the figure's table.
  std::string facet;
  std::string series;
  double x = 0;                        ///< The number, or the index of the category.
  std::string category;                ///< The text of x.
  std::string label;                   ///< Stands beside the mark; mostly empty.
  Value y;                             ///< Scaled for reading.
  std::optional<Interval> drawn = {};  ///< Of y, cut where it would flatten everything else.
  bool is_cut = false;
};

struct Axis {
  std::string title;  ///< With its unit: "latency [ms]".
  bool is_numeric = true;
  double factor = 1;  ///< Stored number times this is the number drawn.
};

/// Marks of one panel and one series lie together, in ascending x.
struct Marks {
  Axis x;
  Axis y;
  std::string series_title;
  std::string facet_title;
  std::vector<std::string> categories;  ///< Of x, in order of appearance, when it is not numeric.
  std::vector<std::string> series;      ///< At least one; "" for the only one without a name.
  std::vector<std::string> facets;      ///< At least one; "" for the only one.
  std::vector<Mark> marks;
};

/// An encoding that names no column is an error that lists the columns.
Result<Marks> marks_of(const Figure& figure);

/// False where panels are more than a factor of four apart: then each gets a y axis of its own.
bool panels_share_y(const Marks& marks);

/// What the reader has to know of what is drawn: "12 without a number: 8 unsupported, 4 timed out",
/// "2 intervals reach beyond the figure".
std::vector<std::string> notes_of(const Marks& marks);

}  // namespace assay::figure
