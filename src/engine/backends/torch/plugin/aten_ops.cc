// SPDX-License-Identifier: MIT
#include "engine/backends/torch/plugin/aten_ops.h"

#include <limits>
#include <map>

#include "engine/backends/torch/plugin/custom_ops.h"

namespace assay::torch_backend {
namespace {

using at::Tensor;
using graph::Integers;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Tensor activated(const Tensor& x, const std::string& kind) {
  if (kind == "relu") return at::relu(x);
  if (kind == "gelu") return at::gelu(x);
  if (kind == "gelu_tanh") return at::gelu(x, "tanh");
  if (kind == "silu") return at::silu(x);
  if (kind == "tanh") return at::tanh(x);
  if (kind == "sigmoid") return at::sigmoid(x);
  return x;
}

/// Calculates in f32 what is stored in 16 bits: not every CPU kernel of LibTorch takes those.
template <class Function>
Tensor through_f32(const Tensor& x, Function&& function) {
  if (x.scalar_type() == at::kFloat) return function(x);
  return function(x.to(at::kFloat)).to(x.scalar_type());
}

Tensor as_f32(const Tensor& x) {
  return x.scalar_type() == at::kFloat ? x : x.to(at::kFloat);
}

// --- Views and movement -------------------------------------------------------------------------

Tensor reshape(const AtenCall& call) {
  return call[0].reshape(sizes_of(call.result.shape));
}
Tensor permute(const AtenCall& call) {
  return call[0].permute(call.node.attributes.integers("axes"));
}
Tensor slice(const AtenCall& call) {
  const auto axis = call.node.attributes.integer("axis");
  const auto at = axis < 0 ? axis + call[0].dim() : axis;
  return call[0].narrow(axis, call.node.attributes.integer("first"),
                        call.result.shape[static_cast<int>(at)]);
}
Tensor broadcast(const AtenCall& call) {
  return call[0].expand(sizes_of(call.result.shape));
}
Tensor concat(const AtenCall& call) {
  return at::cat(at::TensorList(call.operands.data(), call.operands.size()),
                 call.node.attributes.integer("axis"));
}

Tensor cast(const AtenCall& call) {
  const tensor::DType to = call.result.dtype;
  const at::ScalarType type = scalar_type_of(to);
  if (tensor::unit_roundoff(to) != 0 || to == tensor::DType::kF64) return call[0].to(type);
  // LibTorch cuts off and wraps around where we round to even and saturate.
  const bool is_i32 = to == tensor::DType::kI32;
  const double low = to == tensor::DType::kU8 ? 0 : is_i32 ? -2147483648.0 : -128;
  const double high = to == tensor::DType::kU8 ? 255 : is_i32 ? 2147483647.0 : 127;
  return at::nan_to_num(call[0].to(at::kDouble), 0, kInfinity, -kInfinity)
      .round()
      .clamp(low, high)
      .to(type);
}

Tensor embedding(const AtenCall& call) {
  const Tensor ids = checked_indexes(call[1], call[0].size(0), "token id");
  return as_f32(at::embedding(call[0], ids));
}

Tensor take_rows(const AtenCall& call) {
  const Tensor rows = checked_indexes(call[1], call[0].size(1), "row");
  const Tensor index = rows.to(at::kLong).view({-1, 1, 1}).expand({-1, 1, call[0].size(2)});
  return at::gather(call[0], 1, index).squeeze(1);
}

// --- Elementwise and reductions -----------------------------------------------------------------

Tensor add(const AtenCall& call) {
  return through_f32(call[0], [&](const Tensor& a) { return at::add(a, as_f32(call[1])); });
}
Tensor multiply(const AtenCall& call) {
  return through_f32(call[0], [&](const Tensor& a) { return at::mul(a, as_f32(call[1])); });
}
Tensor scale(const AtenCall& call) {
  const double factor = call.node.attributes.number("factor");
  return through_f32(call[0], [&](const Tensor& x) { return at::mul(x, factor); });
}
Tensor activation(const AtenCall& call) {
  const std::string& kind = call.node.attributes.text("kind");
  return through_f32(call[0], [&](const Tensor& x) { return activated(x, kind); });
}
Tensor softmax(const AtenCall& call) {
  return at::softmax(call[0], -1);
}

Tensor layer_norm(const AtenCall& call) {
  const auto optional = [&](std::size_t i) { return call.has(i) ? call[i] : Tensor(); };
  return at::layer_norm(call[0], {call[0].size(-1)}, optional(1), optional(2),
                        call.node.attributes.number("epsilon"));
}

Tensor rms_norm(const AtenCall& call) {
  const Tensor squares = at::mean(at::square(call[0]), {-1}, true);
  const Tensor unit = call[0] * at::rsqrt(squares + call.node.attributes.number("epsilon"));
  return call.has(1) ? unit * call[1] : unit;
}

Tensor reduce(const AtenCall& call) {
  const Integers& axes = call.node.attributes.integers("axes");
  const std::string& kind = call.node.attributes.text("kind");
  if (kind == "sum") return at::sum(call[0], axes);
  return kind == "mean" ? at::mean(call[0], axes) : at::amax(call[0], axes);
}

Tensor batch_norm(const AtenCall& call) {
  return at::batch_norm(call[0], call[3], call[4], call[1], call[2], /*training=*/false,
                        /*momentum=*/0, call.node.attributes.number("epsilon"),
                        /*cudnn_enabled=*/false);
}

// --- Products -----------------------------------------------------------------------------------

Tensor matmul(const AtenCall& call) {
  const bool is_transposed = call.node.attributes.integer("transpose_b") == 1;
  return at::matmul(call[0], is_transposed ? call[1].transpose(-1, -2) : call[1]);
}

/// x weight^T + bias over f32.
Tensor product(const Tensor& x, const Tensor& weight, const Tensor& bias,
               const std::vector<std::int64_t>& sizes) {
  const std::int64_t k = weight.size(1);
  const bool is_one_row = x.numel() == k && k > 0;
  if (!is_one_row) return at::linear(x, weight, bias);
  const Tensor row = x.reshape({k});
  return (bias.defined() ? at::addmv(bias, weight, row) : at::mv(weight, row)).reshape(sizes);
}

Tensor with_epilogue(const AtenCall& call, const Tensor& sum, std::size_t residual) {
  const Tensor bent = activated(sum, call.node.attributes.text("activation"));
  return call.has(residual) ? bent + call[residual] : bent;
}

Tensor linear(const AtenCall& call) {
  const Tensor bias = call.has(2) ? call[2] : Tensor();
  return with_epilogue(call, product(call[0], as_f32(call[1]), bias, sizes_of(call.result.shape)),
                       3);
}

Tensor quantised_linear(const AtenCall& call) {
  const std::vector<std::int64_t> sizes = sizes_of(call.result.shape);
  const Tensor bias = call.has(3) ? call[3] : Tensor();
  if (call.node.attributes.text("mode") == "weight_only") {
    const Tensor weight = call[1].to(at::kFloat) * call[2].unsqueeze(1);
    return with_epilogue(call, product(call[0], weight, bias, sizes), 4);
  }
  // Products of bytes are exact in f32, and sums of up to 1040 of them.
  if (call[0].size(-1) == 0)
    return with_epilogue(call, at::linear(call[0], as_f32(call[1]), bias), 4);
  const Tensor steps = at::amax(at::abs(call[0]), {-1}, true) / 127;
  const Tensor bytes = at::nan_to_num(call[0] / steps, 0).round().clamp(-127, 127);
  Tensor sum = product(bytes, call[1].to(at::kFloat), {}, sizes) * steps * call[2];
  if (bias.defined()) sum = sum + bias;
  return with_epilogue(call, sum, 4);
}

Tensor row_scales(const AtenCall& call) {
  return at::amax(at::abs(call[0]), {1}) / 127;
}
Tensor quantise_rows(const AtenCall& call) {
  const Tensor steps = call[1].unsqueeze(1);
  const Tensor whole = (call[0] / steps).round().clamp(-127, 127);
  return at::where(steps == 0, at::zeros_like(whole), whole).to(at::kChar);
}

Tensor conv2d(const AtenCall& call) {
  const graph::Attributes& attributes = call.node.attributes;
  const auto optional = [&](std::size_t i) { return call.has(i) ? call[i] : Tensor(); };
  // LibTorch 1.13 fails on an empty batch where the weight is a view.
  const bool is_empty = *tensor::element_count(call.result.shape) == 0;
  if (is_empty) return at::zeros(sizes_of(call.result.shape));
  const Tensor sum = at::conv2d(call[0], call[1], optional(2), attributes.integers("stride"),
                                attributes.integers("padding"), attributes.integers("dilation"),
                                attributes.integer("groups"));
  return activated(call.has(3) ? sum + call[3] : sum, attributes.text("activation"));
}

// --- Attention ----------------------------------------------------------------------------------

Tensor attention(const AtenCall& call) {
  const std::int64_t keys = call[1].size(1);
  const auto counted = at::arange(keys, at::kInt);
  Tensor seen;
  if (call.has(3)) seen = (counted < call[3].unsqueeze(1)).view({-1, 1, 1, 1, keys});
  if (call.node.attributes.integer("causal") == 1) {
    const Tensor queries = at::arange(call[0].size(1), at::kInt).unsqueeze(1);
    const Tensor earlier = counted <= queries;
    seen = seen.defined() ? at::logical_and(seen, earlier) : earlier;
  }
  return attend(call[0], call[1].transpose(1, 2), call[2].transpose(1, 2), seen,
                call.node.attributes.number("scale"));
}

Tensor cached_attention(const AtenCall& call) {
  return call_cached_attention({call[0], call[1], call[2], call[3], call[4], call[5], call[6]},
                               call.node.attributes.number("scale"));
}

Tensor rotary(const AtenCall& call) {
  const Tensor& x = call[0];
  const std::int64_t half = x.size(3) / 2;
  const Tensor angles =
      (call[1].to(at::kFloat).unsqueeze(2) * call[2]).unsqueeze(2);  // [B, T, 1, D / 2]
  const Tensor cos = at::cos(angles);
  const Tensor sin = at::sin(angles);
  const bool halves = call.node.attributes.text("pairing") == "halves";
  const Tensor pairs =
      x.reshape({x.size(0), x.size(1), x.size(2), halves ? 2 : half, halves ? half : 2});
  const int axis = halves ? 3 : 4;
  const Tensor u = pairs.select(axis, 0);
  const Tensor w = pairs.select(axis, 1);
  return at::stack({u * cos - w * sin, u * sin + w * cos}, axis).reshape(x.sizes());
}

// --- Pictures -----------------------------------------------------------------------------------

Tensor max_pool2d(const AtenCall& call) {
  const graph::Attributes& attributes = call.node.attributes;
  const Integers& window = attributes.integers("window");
  Integers padding = attributes.integers("padding");
  Tensor x = call[0];
  if (2 * padding[0] > window[0] || 2 * padding[1] > window[1]) {  // LibTorch refuses these.
    x = at::constant_pad_nd(x, {padding[1], padding[1], padding[0], padding[0]}, -kInfinity);
    padding = {0, 0};
  }
  return at::max_pool2d(x, window, attributes.integers("stride"), padding);
}

Tensor resize(const AtenCall& call) {
  const graph::Attributes& attributes = call.node.attributes;
  const std::vector<std::int64_t> size{attributes.integer("height"), attributes.integer("width")};
  const Tensor x = as_f32(call[0]).permute({0, 3, 1, 2}).contiguous();
  const Tensor y = attributes.integer("antialias") == 1
                       ? at::_upsample_bilinear2d_aa(x, size, /*align_corners=*/false)
                       : at::upsample_bilinear2d(x, size, /*align_corners=*/false);
  return y.permute({0, 2, 3, 1});
}

Tensor normalise(const AtenCall& call) {
  const graph::Attributes& attributes = call.node.attributes;
  const auto row = [](const graph::Numbers& numbers) {
    std::vector<Tensor> parts;  // at::tensor would be traced as memory that nobody has filled.
    for (const double number : numbers)
      parts.push_back(at::full({1}, number, at::kFloat));
    return at::cat(parts);
  };
  const Tensor x = as_f32(call[0]) * attributes.number("factor");
  return ((x - row(attributes.numbers("mean"))) / row(attributes.numbers("deviation")))
      .permute({0, 3, 1, 2});
}

using Function = Tensor (*)(const AtenCall&);

const std::map<std::string_view, Function>& functions() {
  static const std::map<std::string_view, Function> all{
      {"reshape", reshape},
      {"permute", permute},
      {"slice", slice},
      {"broadcast", broadcast},
      {"concat", concat},
      {"cast", cast},
      {"embedding", embedding},
      {"take_rows", take_rows},
      {"add", add},
      {"multiply", multiply},
      {"scale", scale},
      {"activation", activation},
      {"softmax", softmax},
      {"layer_norm", layer_norm},
      {"rms_norm", rms_norm},
      {"reduce", reduce},
      {"batch_norm", batch_norm},
      {"matmul", matmul},
      {"linear", linear},
      {"quantised_linear", quantised_linear},
      {"row_scales", row_scales},
      {"quantise_rows", quantise_rows},
      {"conv2d", conv2d},
      {"attention", attention},
      {"cached_attention", cached_attention},
      {"rotary", rotary},
      {"max_pool2d", max_pool2d},
      {"resize", resize},
      {"normalise", normalise},
  };
  return all;
}

}  // namespace

at::ScalarType scalar_type_of(tensor::DType dtype) {
  switch (dtype) {
    case tensor::DType::kF64:
      return at::kDouble;
    case tensor::DType::kF32:
      return at::kFloat;
    case tensor::DType::kF16:
      return at::kHalf;
    case tensor::DType::kBf16:
      return at::kBFloat16;
    case tensor::DType::kI8:
      return at::kChar;
    case tensor::DType::kI32:
      return at::kInt;
    case tensor::DType::kU8:
      return at::kByte;
  }
  return at::kFloat;  // Not reached: -Wswitch keeps the list complete.
}

std::vector<std::int64_t> sizes_of(const tensor::Dims& shape) {
  std::vector<std::int64_t> sizes;
  for (int axis = 0; axis < shape.rank(); ++axis)
    sizes.push_back(shape[axis]);
  return sizes;
}

std::optional<std::string> aten_lacks(const graph::Node& node) {
  if (functions().contains(node.op->name)) return std::nullopt;
  return format("LibTorch has no op for {}", node.op->name);
}

Tensor call_aten(const AtenCall& call) {
  const auto function = functions().find(call.node.op->name);
  ASSAY_CHECK(function != functions().end(), "what LibTorch lacks is asked before it is called");
  return function->second(call);
}

}  // namespace assay::torch_backend
