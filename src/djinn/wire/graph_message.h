// SPDX-License-Identifier: MIT
// A graph as a message, and back. Nothing of it is believed: FlatBuffers' verifier looks at the
// bytes before any is read, what is repeated by reference is counted each time, and every node goes
// through Graph::append(), which knows what an op takes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/graph/graph.h"

namespace assay::djinn {

/// Over a whole graph. The largest models that we build have a few thousand nodes.
struct GraphLimits {
  std::size_t nodes_max = 65'536;
  std::size_t operands_max = 1 << 19;
  std::size_t extents_max = 1 << 19;
  std::size_t attributes_max = 1 << 19;
  std::size_t constants_max = 1 << 20;  ///< Numbers in lists of attributes.
  std::size_t text_max = 1 << 24;       ///< Bytes of names and texts.
  std::size_t outputs_max = 4096;
};

/// Checked: the graph keeps the limits.
std::vector<std::byte> write_graph(const graph::Graph& graph);
/// A defect is a user error that names the node. canonical_bytes() of the result are those of the
/// graph that was written, and the names of its ops are kept.
Result<graph::Graph> read_graph(std::span<const std::byte> bytes, const GraphLimits& limits = {});

}  // namespace assay::djinn
