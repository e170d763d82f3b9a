// SPDX-License-Identifier: MIT
#include "djinn/wire/graph_message.h"

#include <bit>
#include <cstring>
#include <string_view>
#include <tuple>

#include "djinn/wire/buffer.h"
#include "graph_message_generated.h"

namespace assay::djinn {
namespace {

constexpr std::uint32_t kFormat = 1;
constexpr int kDepthMax = 8;                 ///< A message, a node, an attribute, a value.
constexpr int kTablesMax = 4 * 1024 * 1024;  ///< Each time one is referred to.
static_assert(static_cast<int>(graph::NodeKind::kOp) == 3, "kinds are written");
static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie");

using Builder = flatbuffers::FlatBufferBuilder;
using Value = schema::AttributeValue;

struct WrittenValue {
  Value kind;
  flatbuffers::Offset<void> offset;
};

struct ValueWriter {
  Builder& to;
  WrittenValue operator()(std::int64_t value) const {
    return {Value::IntegerValue, schema::CreateIntegerValue(to, value).Union()};
  }
  WrittenValue operator()(double value) const {
    return {Value::NumberValue, schema::CreateNumberValue(to, value).Union()};
  }
  WrittenValue operator()(const std::string& value) const {
    return {Value::TextValue, schema::CreateTextValue(to, to.CreateString(value)).Union()};
  }
  WrittenValue operator()(const graph::Integers& values) const {
    return {Value::IntegersValue, schema::CreateIntegersValue(to, to.CreateVector(values)).Union()};
  }
  WrittenValue operator()(const graph::Numbers& values) const {
    return {Value::NumbersValue, schema::CreateNumbersValue(to, to.CreateVector(values)).Union()};
  }
};

flatbuffers::Offset<schema::Extent> write_extent(const graph::Extent& extent, Builder& to) {
  if (const auto* name = std::get_if<std::string>(&extent)) {
    return schema::CreateExtent(to, to.CreateString(*name));
  }
  return schema::CreateExtent(to, 0, std::get<std::int64_t>(extent));
}

flatbuffers::Offset<schema::Node> write_leaf(const graph::Node& node, Builder& to) {
  std::vector<flatbuffers::Offset<schema::Extent>> shape;
  for (const graph::Extent& extent : node.shape)
    shape.push_back(write_extent(extent, to));
  const auto name = to.CreateString(node.name);
  const auto extents = to.CreateVector(shape);
  return schema::CreateNode(to, static_cast<std::uint8_t>(node.kind), name,
                            static_cast<std::uint8_t>(node.dtype), extents);
}

flatbuffers::Offset<schema::Node> write_op(const graph::Node& node, Builder& to) {
  std::vector<flatbuffers::Offset<schema::Attribute>> attributes;
  for (const auto& [key, value] : node.attributes.entries()) {
    const auto name = to.CreateSharedString(key);
    const WrittenValue written = std::visit(ValueWriter{to}, value);
    attributes.push_back(schema::CreateAttribute(to, name, written.kind, written.offset));
  }
  std::vector<std::int32_t> operands;
  for (const graph::NodeId operand : node.operands)
    operands.push_back(static_cast<std::int32_t>(operand));
  const auto name = to.CreateString(node.name);
  const auto op = to.CreateSharedString(std::string(node.op->name));
  const auto operand_list = to.CreateVector(operands);
  const auto attribute_list = to.CreateVector(attributes);
  return schema::CreateNode(to, static_cast<std::uint8_t>(node.kind), name, 0, 0, op, operand_list,
                            attribute_list);
}

/// Reads a verified message. What a vector or string holds may be referred to many times, so it is
/// counted before it is copied.
class GraphReader {
 public:
  explicit GraphReader(const GraphLimits& limits) : left_(limits) {}

  Result<graph::Graph> read(const schema::GraphMessage& message) {
    if (message.format() != kFormat) {
      return Error::user("a graph of format {}; expected {}", message.format(), kFormat);
    }
    ASSAY_TRY_VOID(spend("nodes", message.nodes()->size(), left_.nodes_max));
    for (flatbuffers::uoffset_t i = 0; i < message.nodes()->size(); ++i) {
      ASSAY_TRY_VOID(append(*message.nodes()->Get(i)).context("in node {}", i));
    }
    ASSAY_TRY_VOID(spend("outputs", message.outputs()->size(), left_.outputs_max));
    for (flatbuffers::uoffset_t i = 0; i < message.outputs()->size(); ++i) {
      ASSAY_TRY_VOID(append(*message.outputs()->Get(i)).context("in output {}", i));
    }
    return std::move(graph_);
  }

 private:
  Result<void> spend(std::string_view what, std::size_t count, std::size_t& left) {
    if (count > left) {
      return Error::user("{} more {} in a graph that may have {} more", count, what, left);
    }
    left -= count;
    return {};
  }

  Result<std::string> text(const flatbuffers::String* from) {
    if (from == nullptr) return std::string();
    ASSAY_TRY_VOID(spend("bytes of text", from->size(), left_.text_max));
    std::string value = from->str();
    ASSAY_TRY_VOID(graph::check_is_text("something in it", value));
    return value;
  }

  template <class T>
  Result<graph::Attribute> list(const flatbuffers::Vector<T>& from) {
    ASSAY_TRY_VOID(spend("constants", from.size(), left_.constants_max));
    // The verifier asks for the alignment of a vector's length, not of its entries.
    std::vector<T> values(from.size());
    if (!values.empty()) std::memcpy(values.data(), from.Data(), values.size() * sizeof(T));
    return graph::Attribute(std::move(values));
  }

  Result<graph::Attribute> value(const schema::Attribute& from) {
    switch (from.value_type()) {
      case Value::IntegerValue:
        return graph::Attribute(from.value_as_IntegerValue()->value());
      case Value::NumberValue:
        return graph::Attribute(from.value_as_NumberValue()->value());
      case Value::TextValue: {
        ASSAY_TRY(std::string words, text(from.value_as_TextValue()->value()));
        return graph::Attribute(std::move(words));
      }
      case Value::IntegersValue:
        return list(*from.value_as_IntegersValue()->values());
      case Value::NumbersValue:
        return list(*from.value_as_NumbersValue()->values());
      default:
        return Error::user("an attribute of kind {}; expected 1 to 5",
                           static_cast<int>(from.value_type()));
    }
  }

  Result<void> read_attributes(const schema::Node& from, graph::Node& node) {
    if (from.attributes() == nullptr) return {};
    ASSAY_TRY_VOID(spend("attributes", from.attributes()->size(), left_.attributes_max));
    for (const schema::Attribute* attribute : *from.attributes()) {
      ASSAY_TRY(const std::string name, text(attribute->name()));
      if (node.attributes.has(name)) return Error::user("attribute {} stands twice", name);
      ASSAY_TRY(graph::Attribute read, value(*attribute));
      node.attributes.set(name, std::move(read));
    }
    return {};
  }

  Result<void> read_op(const schema::Node& from, graph::Node& node) {
    if (from.shape() != nullptr || from.dtype() != 0) {
      return Error::user("an op with a type; it has one only when its operands have one");
    }
    ASSAY_TRY(const std::string op, text(from.op()));
    ASSAY_TRY(node.op, graph::find_op(op));
    if (from.operands() != nullptr) {
      ASSAY_TRY_VOID(spend("operands", from.operands()->size(), left_.operands_max));
      for (const std::int32_t operand : *from.operands())
        node.operands.push_back(graph::NodeId{operand});
    }
    return read_attributes(from, node);
  }

  Result<void> read_leaf(const schema::Node& from, graph::Node& node) {
    if (from.op() != nullptr || from.operands() != nullptr || from.attributes() != nullptr) {
      return Error::user("an {} with an op, operands or attributes", to_text(node.kind));
    }
    if (from.dtype() >= tensor::dtype_names().size()) {
      return Error::user("dtype {}; expected below {}", from.dtype(), tensor::dtype_names().size());
    }
    node.dtype = static_cast<tensor::DType>(from.dtype());
    if (from.shape() == nullptr) return {};
    ASSAY_TRY_VOID(spend("extents", from.shape()->size(), left_.extents_max));
    for (const schema::Extent* extent : *from.shape()) {
      if (extent->name() == nullptr) {
        node.shape.emplace_back(extent->size());
        continue;
      }
      ASSAY_TRY(std::string name, text(extent->name()));
      node.shape.emplace_back(std::move(name));
    }
    return {};
  }

  Result<void> append(const schema::Node& from) {
    if (from.kind() > static_cast<std::uint8_t>(graph::NodeKind::kOp)) {
      return Error::user("kind {} of a node; expected 0 to 3", from.kind());
    }
    graph::Node node{.kind = static_cast<graph::NodeKind>(from.kind())};
    ASSAY_TRY(node.name, text(from.name()));
    const bool is_op = node.kind == graph::NodeKind::kOp;
    ASSAY_TRY_VOID(is_op ? read_op(from, node) : read_leaf(from, node));
    ASSAY_TRY(std::ignore, graph_.append(std::move(node)));
    return {};
  }

  Result<void> append(const schema::Output& from) {
    graph::Output output{.name = {}, .node = graph::NodeId{from.node()}};
    ASSAY_TRY(output.name, text(from.name()));
    return graph_.append_output(std::move(output));
  }

  GraphLimits left_;
  graph::Graph graph_;
};

}  // namespace

std::vector<std::byte> write_graph(const graph::Graph& graph) {
  const GraphLimits limits;
  ASSAY_CHECK_LE(graph.nodes().size(), limits.nodes_max, "a graph that is sent keeps the limits");
  Builder builder;
  std::vector<flatbuffers::Offset<schema::Node>> nodes;
  for (const graph::Node& node : graph.nodes()) {
    const bool is_op = node.kind == graph::NodeKind::kOp;
    nodes.push_back(is_op ? write_op(node, builder) : write_leaf(node, builder));
  }
  std::vector<flatbuffers::Offset<schema::Output>> outputs;
  for (const graph::Output& output : graph.outputs()) {
    const auto name = builder.CreateString(output.name);
    outputs.push_back(schema::CreateOutput(builder, name, static_cast<std::int32_t>(output.node)));
  }
  const auto node_list = builder.CreateVector(nodes);
  const auto output_list = builder.CreateVector(outputs);
  schema::FinishGraphMessageBuffer(
      builder, schema::CreateGraphMessage(builder, kFormat, node_list, output_list));
  const auto bytes = std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()));
  return {bytes.begin(), bytes.end()};
}

Result<graph::Graph> read_graph(std::span<const std::byte> bytes, const GraphLimits& limits) {
  if (bytes.size() < 2 * sizeof(flatbuffers::uoffset_t)) {
    return Error::user("a graph of {} bytes; no graph is so short", bytes.size());
  }
  // FlatBuffers read numbers where they lie: at multiples of their size from an aligned start.
  const bool is_aligned = reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 == 0;
  if (!is_aligned) {
    const Buffer aligned = Buffer::copy_of(bytes);
    return read_graph(aligned.bytes(), limits);
  }
  const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(first, bytes.size(), kDepthMax, kTablesMax);
  if (!schema::VerifyGraphMessageBuffer(verifier)) {
    return Error::user("{} bytes that are no graph: FlatBuffers' verifier refuses them",
                       bytes.size());
  }
  return GraphReader(limits).read(*schema::GetGraphMessage(first)).context("in a graph message");
}

}  // namespace assay::djinn
