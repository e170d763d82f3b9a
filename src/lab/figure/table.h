// SPDX-License-Identifier: MIT
// A table of findings: what every figure is drawn from and every .md, .csv and .tex is written
// from. A cell is a scalar (a factor) or a Value (a number with its state); columns carry the
// units.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/codec/node.h"
#include "core/value.h"

namespace assay::figure {

using Cell = std::variant<codec::Scalar, Value>;

struct Column {
  std::string name;   ///< Unique: what a figure's encodings name.
  std::string title;  ///< What a person reads; empty: the name.
  std::string unit;   ///< "ns", "ratio", "FLOP/s", ...; empty: none. Scaled for reading on output.
};

struct Table {
  std::string id;
  std::string title;
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  ///< Each as long as `columns`.
  std::vector<std::string> notes;       ///< Printed below: what the reader must know.
};

}  // namespace assay::figure
