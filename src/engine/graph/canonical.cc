// SPDX-License-Identifier: MIT
// The encoding, all integers little-endian:
//   "ASGR"  u32 version  u32 nodes  node...  u32 outputs  (text name, i32 node)...
//   node of a leaf: u8 kind, text name, u8 dtype, u8 rank, (u8 0, i64 size | u8 1, text name)...
//   node of an op:  u8 kind, text op, u32 operands, i32..., u32 attributes, (text name, value)...
//   value: u8 kind, then i64 | f64 | text | u32 n, i64... | u32 n, f64...
//   text: u32 bytes, bytes
#include "engine/graph/canonical.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <tuple>

namespace assay::graph {
namespace {

constexpr std::uint32_t kMagic = 0x52475341;  // "ASGR"
constexpr std::uint32_t kVersion = 1;
static_assert(std::endian::native == std::endian::little, "numbers are written as they lie");
static_assert(static_cast<int>(NodeKind::kOp) == 3, "kinds are written: a new one goes to the end");
static_assert(std::variant_size_v<Attribute> == 5, "a kind of attribute is written as its index");

class Writer {
 public:
  template <class T>
  void number(T value) {
    const auto* first = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), first, first + sizeof(T));
  }
  void count(std::size_t value) {
    ASSAY_CHECK_LE(value, std::numeric_limits<std::uint32_t>::max(), "counts are 32 bits");
    number(static_cast<std::uint32_t>(value));
  }
  void text(std::string_view value) {
    count(value.size());
    const auto* first = reinterpret_cast<const std::byte*>(value.data());
    bytes_.insert(bytes_.end(), first, first + value.size());
  }
  void id(NodeId value) { number(static_cast<std::int32_t>(value)); }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

struct AttributeWriter {
  Writer& to;
  void operator()(std::int64_t value) const { to.number(value); }
  void operator()(double value) const { to.number(value); }
  void operator()(const std::string& value) const { to.text(value); }
  template <class T>
  void operator()(const std::vector<T>& values) const {
    to.count(values.size());
    for (const T value : values)
      to.number(value);
  }
};

void write_leaf(const Node& node, Writer& to) {
  to.text(node.name);
  to.number(static_cast<std::uint8_t>(node.dtype));
  to.number(static_cast<std::uint8_t>(node.shape.size()));
  for (const Extent& extent : node.shape) {
    to.number(static_cast<std::uint8_t>(extent.index()));
    if (const auto* name = std::get_if<std::string>(&extent)) {
      to.text(*name);
    } else {
      to.number(std::get<std::int64_t>(extent));
    }
  }
}

void write_op(const Node& node, Writer& to) {
  to.text(node.op->name);
  to.count(node.operands.size());
  for (const NodeId operand : node.operands)
    to.id(operand);
  to.count(node.attributes.entries().size());
  for (const auto& [name, value] : node.attributes.entries()) {
    to.text(name);
    to.number(static_cast<std::uint8_t>(value.index()));
    std::visit(AttributeWriter{to}, value);
  }
}

/// Reads what is there; a byte that is not there is an error that says where.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class T>
  Result<T> number() {
    ASSAY_TRY(const auto from, take(sizeof(T)));
    T value{};
    std::memcpy(&value, from.data(), sizeof(T));
    return value;
  }
  /// A number of things that take at least `size` bytes each, so that no count asks for more memory
  /// than the bytes that are there.
  Result<std::size_t> count(std::size_t size) {
    const std::size_t at = position_;
    ASSAY_TRY(const auto value, number<std::uint32_t>());
    if (value > rest() / size) {
      return Error::user("a count of {} at byte {}; the {} bytes behind it hold at most {}", value,
                         at, rest(), rest() / size);
    }
    return std::size_t{value};
  }
  Result<std::string> text() {
    ASSAY_TRY(const std::size_t size, count(1));
    ASSAY_TRY(const auto from, take(size));
    std::string value(reinterpret_cast<const char*>(from.data()), size);
    ASSAY_TRY_VOID(check_is_text("something in it", value));
    return value;
  }
  Result<NodeId> id() {
    ASSAY_TRY(const auto value, number<std::int32_t>());
    return NodeId{value};
  }
  std::size_t rest() const { return bytes_.size() - position_; }

 private:
  Result<std::span<const std::byte>> take(std::size_t size) {
    if (size > rest()) {
      return Error::user("the bytes end at {}, within a field of {} bytes that starts at {}",
                         bytes_.size(), size, position_);
    }
    const auto taken = bytes_.subspan(position_, size);
    position_ += size;
    return taken;
  }

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
};

template <class T>
Result<std::vector<T>> read_list(Reader& from) {
  ASSAY_TRY(const std::size_t count, from.count(sizeof(T)));
  std::vector<T> values;
  values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    ASSAY_TRY(const T value, from.number<T>());
    values.push_back(value);
  }
  return values;
}

Result<Attribute> read_attribute(Reader& from) {
  ASSAY_TRY(const auto kind, from.number<std::uint8_t>());
  const auto as_attribute = [](auto read) -> Result<Attribute> {
    if (!read) return read.error();
    return Attribute(std::move(*read));
  };
  switch (kind) {
    case 0:
      return as_attribute(from.number<std::int64_t>());
    case 1:
      return as_attribute(from.number<double>());
    case 2:
      return as_attribute(from.text());
    case 3:
      return as_attribute(read_list<std::int64_t>(from));
    case 4:
      return as_attribute(read_list<double>(from));
    default:
      return Error::user("kind {} of an attribute; expected 0 to 4", kind);
  }
}

Result<Extent> read_extent(Reader& from) {
  ASSAY_TRY(const auto kind, from.number<std::uint8_t>());
  if (kind == 0) {
    ASSAY_TRY(const auto size, from.number<std::int64_t>());
    return Extent(size);
  }
  if (kind != 1) return Error::user("kind {} of an extent; expected 0 or 1", kind);
  ASSAY_TRY(std::string name, from.text());
  return Extent(std::move(name));
}

Result<Node> read_leaf(NodeKind kind, Reader& from) {
  Node node{.kind = kind};
  ASSAY_TRY(node.name, from.text());
  ASSAY_TRY(const auto dtype, from.number<std::uint8_t>());
  if (dtype >= tensor::dtype_names().size()) {
    return Error::user("dtype {}; expected below {}", dtype, tensor::dtype_names().size());
  }
  node.dtype = static_cast<DType>(dtype);
  ASSAY_TRY(const auto rank, from.number<std::uint8_t>());
  for (int axis = 0; axis < rank; ++axis) {
    ASSAY_TRY(Extent extent, read_extent(from));
    node.shape.push_back(std::move(extent));
  }
  return node;
}

Result<Node> read_op(Reader& from) {
  Node node;
  ASSAY_TRY(const std::string op, from.text());
  ASSAY_TRY(node.op, find_op(op));
  ASSAY_TRY(const std::size_t operands, from.count(sizeof(std::int32_t)));
  node.operands.reserve(operands);
  for (std::size_t i = 0; i < operands; ++i) {
    ASSAY_TRY(const NodeId operand, from.id());
    node.operands.push_back(operand);
  }
  ASSAY_TRY(const std::size_t attributes, from.count(5));
  for (std::size_t i = 0; i < attributes; ++i) {
    ASSAY_TRY(const std::string name, from.text());
    ASSAY_TRY(Attribute value, read_attribute(from));
    node.attributes.set(name, std::move(value));
  }
  return node;
}

Result<void> read_node(Reader& from, Graph& graph) {
  ASSAY_TRY(const auto kind, from.number<std::uint8_t>());
  if (kind > static_cast<std::uint8_t>(NodeKind::kOp)) {
    return Error::user("kind {} of a node; expected 0 to {}", kind,
                       static_cast<int>(NodeKind::kOp));
  }
  const auto of_kind = static_cast<NodeKind>(kind);
  ASSAY_TRY(Node node, of_kind == NodeKind::kOp ? read_op(from) : read_leaf(of_kind, from));
  ASSAY_TRY(std::ignore, graph.append(std::move(node)));
  return {};
}

Result<void> read_outputs(Reader& from, Graph& graph) {
  ASSAY_TRY(const std::size_t outputs, from.count(8));
  for (std::size_t i = 0; i < outputs; ++i) {
    Output output;
    ASSAY_TRY(output.name, from.text());
    ASSAY_TRY(output.node, from.id());
    ASSAY_TRY_VOID(graph.append_output(std::move(output)).context("in output {}", i));
  }
  return {};
}

Result<void> read_header(Reader& from) {
  ASSAY_TRY(const auto magic, from.number<std::uint32_t>());
  if (magic != kMagic) return Error::user("the bytes do not start with ASGR: no graph");
  ASSAY_TRY(const auto version, from.number<std::uint32_t>());
  if (version != kVersion) {
    return Error::user("a graph of version {}; this program reads version {}", version, kVersion);
  }
  return {};
}

}  // namespace

std::vector<std::byte> canonical_bytes(const Graph& graph) {
  Writer to;
  to.number(kMagic);
  to.number(kVersion);
  to.count(graph.nodes().size());
  for (const Node& node : graph.nodes()) {
    to.number(static_cast<std::uint8_t>(node.kind));
    node.kind == NodeKind::kOp ? write_op(node, to) : write_leaf(node, to);
  }
  to.count(graph.outputs().size());
  for (const Output& output : graph.outputs()) {
    to.text(output.name);
    to.id(output.node);
  }
  return to.take();
}

Result<Graph> parse_canonical(std::span<const std::byte> bytes) {
  Reader from(bytes);
  Graph graph;
  ASSAY_TRY_VOID(read_header(from));
  ASSAY_TRY(const std::size_t nodes, from.count(5));
  for (std::size_t i = 0; i < nodes; ++i) {
    ASSAY_TRY_VOID(read_node(from, graph).context("in node {}", i));
  }
  ASSAY_TRY_VOID(read_outputs(from, graph));
  if (from.rest() > 0) return Error::user("{} bytes behind the end of the graph", from.rest());
  const std::vector<std::byte> again = canonical_bytes(graph);
  if (!std::ranges::equal(again, bytes)) {
    return Error::user("the bytes say a graph, but not in the one way that canonical_bytes does");
  }
  return graph;
}

std::string fingerprint(const Graph& graph) {
  const std::vector<std::byte> bytes = canonical_bytes(graph);
  return to_hex(hash_bytes_128({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
}

}  // namespace assay::graph
