// SPDX-License-Identifier: MIT
// A figure as data: a table and how its columns are drawn. Pure functions turn it into a Vega-Lite
// document for the page and into a gnuplot script for paper; both show every state (a hollow mark
// for what is not measured, a labelled gap for what has no number) and every interval.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/codec/node.h"
#include "lab/figure/table.h"

namespace assay::figure {

enum class Shape : std::uint8_t {
  kLine,  ///< Numbers over a numeric axis, with a band for the interval.
  kBars,  ///< Grouped bars with whiskers; a missing one is a labelled gap, never a zero.
  kPoints,
};

/// A vertical mark at x: a cliff found, a period, a bound.
struct Rule {
  double x = 0;
  std::string label;
  std::string facet;  ///< The panel it belongs to; empty: every panel.
};

/// A horizontal mark in the unit of y: a line where low == high, else a band (a noise floor).
struct Level {
  double low = 1;
  double high = 1;
  std::string label;
};

struct Figure {
  std::string id;
  std::string title;
  std::string subtitle;
  Shape shape = Shape::kLine;
  Table table;
  std::string x;  ///< Column names.
  std::string y;
  std::string color;  ///< Empty: one series.
  std::string facet;  ///< Empty: one panel.
  std::string label;  ///< Column whose text stands beside every point; empty: none.
  std::vector<Rule> rules;
  std::vector<Level> levels;
  bool zero_based = false;
};

}  // namespace assay::figure
