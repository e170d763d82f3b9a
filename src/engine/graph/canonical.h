// SPDX-License-Identifier: MIT
// A graph as bytes, the same bytes for the same graph on every machine, and back. The fingerprint
// of the bytes names a graph in plan caches, in records and on the wire. Names of ops that are
// there for people are left out; everything that changes what is calculated is in.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/hash.h"
#include "engine/graph/graph.h"

namespace assay::graph {

std::vector<std::byte> canonical_bytes(const Graph& graph);
/// Every defect of hostile bytes is an error that names the node; nothing is trusted, counts are
/// bounded by the bytes that are there.
Result<Graph> parse_canonical(std::span<const std::byte> bytes);
std::string fingerprint(const Graph& graph);  ///< 32 hexadecimal digits.

}  // namespace assay::graph
