// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/conv.h"

#include <array>
#include <cstring>
#include <dnnl.hpp>
#include <optional>

namespace assay::kernels {

using dnnl::memory;
using tensor::Dims;

struct PictureLayout::State {
  Dims shape;
  memory::desc description;
};

struct ConvWeight::State {
  dnnl::engine engine;  ///< Of all kernels that share it: the library moves nothing between two.
  memory held;
};

namespace {

constexpr auto kF32 = memory::data_type::f32;

memory::dims dims_of(const Dims& shape) {
  memory::dims dims;
  for (int axis = 0; axis < shape.rank(); ++axis)
    dims.push_back(shape[axis]);
  return dims;
}

Dims shape_of(const memory::desc& description) {
  Dims shape;
  for (const auto extent : description.dims())
    shape.append(extent);
  return shape;
}

bool is_empty(const Dims& shape) {
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 0) return true;
  }
  return false;
}

memory::desc dense_desc(const Dims& shape) {
  return {dims_of(shape), kF32, memory::format_tag::nchw};
}

memory::desc any_desc(const Dims& shape) {
  return {dims_of(shape), kF32, memory::format_tag::any};
}

/// Activations as oneDNN's element-wise algorithms.
std::optional<dnnl::algorithm> algorithm_of(Activation activation) {
  switch (activation) {
    case Activation::kNone:
      return std::nullopt;
    case Activation::kRelu:
      return dnnl::algorithm::eltwise_relu;
    case Activation::kGelu:
      return dnnl::algorithm::eltwise_gelu_erf;
    case Activation::kGeluTanh:
      return dnnl::algorithm::eltwise_gelu_tanh;
    case Activation::kSilu:
      return dnnl::algorithm::eltwise_swish;
    case Activation::kTanh:
      return dnnl::algorithm::eltwise_tanh;
    case Activation::kSigmoid:
      return dnnl::algorithm::eltwise_logistic;
  }
  return std::nullopt;
}

/// Scratch comes from the caller: the library's own belongs to the thread that made the primitive,
/// and another one that runs it would find none.
dnnl::primitive_attr with_given_scratch() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

dnnl::primitive_attr epilogue_of(const ConvRequest& request) {
  dnnl::post_ops then;
  if (request.has_residual) then.append_sum(1.0F);
  if (const auto algorithm = algorithm_of(request.options.activation)) {
    const float alpha = request.options.activation == Activation::kSilu ? 1.0F : 0.0F;
    then.append_eltwise(1.0F, *algorithm, alpha, 0.0F);
  }
  dnnl::primitive_attr attributes = with_given_scratch();
  attributes.set_post_ops(then);
  return attributes;
}

std::int64_t output_extent(std::int64_t size, std::int64_t window, std::int64_t stride,
                           std::int64_t padding, std::int64_t dilation) {
  return (size + 2 * padding - dilation * (window - 1) - 1) / stride + 1;
}

/// What lies in `from`, in another layout.
memory reordered(dnnl::engine& engine, dnnl::stream& stream, const memory& from,
                 const memory::desc& wanted) {
  memory to(wanted, engine);
  dnnl::reorder(from, to).execute(stream, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
  stream.wait();
  return to;
}

/// What a convolution is made of, in the library's terms.
struct ConvShapes {
  Dims y;
  memory::dims weight, weight_strides, stride, dilation, padding;
};

ConvShapes shapes_of(const ConvRequest& request) {
  const Conv2dOptions& options = request.options;
  const Dims& w = request.weight.shape();
  ASSAY_CHECK(request.x.rank() == 4 && w.rank() == 4, "a convolution is over [B, C, H, W]");
  ASSAY_CHECK(
      options.groups > 0 && w[0] % options.groups == 0 && w[1] * options.groups == request.x[1],
      "the weight fits the channels");
  ConvShapes shapes;
  shapes.y = {request.x[0], w[0], 0, 0};
  for (const int i : {0, 1}) {
    const auto at = static_cast<std::size_t>(i);
    const std::int64_t reach = options.dilation[at] * (w[2 + i] - 1) + 1;
    ASSAY_CHECK_GE(request.x[2 + i] + 2 * options.padding[at], reach, "a window fits the picture");
    shapes.y[2 + i] = output_extent(request.x[2 + i], w[2 + i], options.stride[at],
                                    options.padding[at], options.dilation[at]);
    shapes.stride.push_back(options.stride[at]);
    shapes.dilation.push_back(options.dilation[at] - 1);
    shapes.padding.push_back(options.padding[at]);
  }
  const Dims& s = request.weight.strides();
  shapes.weight = {w[0], w[1], w[2], w[3]};
  shapes.weight_strides = {s[0], s[1], s[2], s[3]};
  if (options.groups > 1) {
    const std::int64_t each = w[0] / options.groups;
    shapes.weight = {options.groups, each, w[1], w[2], w[3]};
    shapes.weight_strides = {each * s[0], s[0], s[1], s[2], s[3]};
  }
  return shapes;
}

}  // namespace

struct PictureKernel::State {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::primitive primitive;  ///< Empty where there is nothing to calculate.
  memory x, bias, y, scratch;
  std::shared_ptr<const ConvWeight::State> weight;
  std::array<dnnl_exec_arg_t, 5> arguments{};
  int argument_count = 0;
  bool has_residual = false;
  std::optional<PictureLayout> source, destination;
  std::string implementation = "none (empty picture)";

  void argue(int name, const memory& what) {
    arguments[static_cast<std::size_t>(argument_count++)] = {name, what.get()};
  }

  void adopt(const memory::desc& from, const memory::desc& to) {
    source = PictureLayout(std::make_shared<PictureLayout::State>(shape_of(from), from));
    destination = PictureLayout(std::make_shared<PictureLayout::State>(shape_of(to), to));
  }

  /// Memory for x, y and scratch, whose addresses come with each run.
  void open(const memory::desc& from, const memory::desc& to, int from_name, int to_name,
            const memory::desc& between) {
    adopt(from, to);
    x = memory(from, engine, nullptr);
    y = memory(to, engine, nullptr);
    argue(from_name, x);
    argue(to_name, y);
    if (between.get_size() == 0) return;
    scratch = memory(between, engine, nullptr);
    argue(DNNL_ARG_SCRATCHPAD, scratch);
  }

  /// A copy of `values`, which lie as `given` says, in the layout `wanted`.
  memory moved(const memory::desc& given, const float* values, const memory::desc& wanted) {
    // oneDNN takes inputs as void*, though it does not write to them.
    const memory from(given, engine, const_cast<float*>(values));
    return reordered(engine, stream, from, wanted);
  }

  /// Shared where some kernel has the weights in the layout `wanted`.
  std::shared_ptr<const ConvWeight::State> weight_in(const memory::desc& wanted,
                                                     const ConvRequest& request,
                                                     const ConvShapes& shapes) {
    for (const ConvWeight& made : request.made) {
      if (PictureKernel::state_of(made)->held.get_desc() == wanted)
        return PictureKernel::state_of(made);
    }
    const bool is_given = request.weight.data() != nullptr;
    ASSAY_CHECK(is_given || !request.made.empty(), "a convolution has weights");
    auto state = std::make_shared<ConvWeight::State>();
    state->engine = engine;
    state->held = is_given ? moved({shapes.weight, kF32, shapes.weight_strides},
                                   request.weight.data(), wanted)
                           : reordered(engine, stream,
                                       PictureKernel::state_of(request.made.front())->held, wanted);
    return state;
  }

  void make_conv(const ConvRequest& request) {
    const ConvShapes shapes = shapes_of(request);
    if (!request.made.empty()) {
      engine = PictureKernel::state_of(request.made.front())->engine;
      stream = dnnl::stream(engine);
    }
    const memory::desc from =
        request.source != nullptr ? request.source->state_->description : any_desc(request.x);
    const memory::desc to = request.destination != nullptr
                                ? request.destination->state_->description
                                : any_desc(shapes.y);
    const memory::desc weight_any(shapes.weight, kF32, memory::format_tag::any);
    const memory::desc bias_desc = request.bias != nullptr
                                       ? memory::desc({shapes.y[1]}, kF32, memory::format_tag::x)
                                       : memory::desc();
    const dnnl::convolution_forward::primitive_desc chosen(
        dnnl::convolution_forward::desc(dnnl::prop_kind::forward_inference,
                                        dnnl::algorithm::convolution_direct, from, weight_any,
                                        bias_desc, to, shapes.stride, shapes.dilation,
                                        shapes.padding, shapes.padding),
        epilogue_of(request), engine);
    primitive = dnnl::convolution_forward(chosen);
    implementation = chosen.impl_info_str();
    has_residual = request.has_residual;
    open(chosen.src_desc(), chosen.dst_desc(), DNNL_ARG_SRC, DNNL_ARG_DST,
         chosen.scratchpad_desc());
    weight = weight_in(chosen.weights_desc(), request, shapes);
    argue(DNNL_ARG_WEIGHTS, weight->held);
    if (request.bias == nullptr) return;
    bias = moved(bias_desc, request.bias, bias_desc);
    argue(DNNL_ARG_BIAS, bias);
  }

  void make_pool(const PictureLayout& from, const PoolOptions& options, dnnl::algorithm algorithm) {
    Dims shape = from.shape();
    memory::dims window, stride, padding;
    for (const int i : {0, 1}) {
      const auto at = static_cast<std::size_t>(i);
      shape[2 + i] = output_extent(shape[2 + i], options.window[at], options.stride[at],
                                   options.padding[at], 1);
      window.push_back(options.window[at]);
      stride.push_back(options.stride[at]);
      padding.push_back(options.padding[at]);
    }
    const dnnl::pooling_forward::primitive_desc chosen(
        dnnl::pooling_forward::desc(dnnl::prop_kind::forward_inference, algorithm,
                                    from.state_->description, any_desc(shape), stride, window,
                                    padding, padding),
        with_given_scratch(), engine);
    primitive = dnnl::pooling_forward(chosen);
    implementation = chosen.impl_info_str();
    open(chosen.src_desc(), chosen.dst_desc(), DNNL_ARG_SRC, DNNL_ARG_DST,
         chosen.scratchpad_desc());
  }
};

PictureLayout PictureLayout::dense(const Dims& shape) {
  ASSAY_CHECK_EQ(shape.rank(), 4, "a picture is [B, C, H, W]");
  return PictureLayout(std::make_shared<State>(shape, dense_desc(shape)));
}

const Dims& PictureLayout::shape() const {
  return state_->shape;
}

std::int64_t PictureLayout::bytes() const {
  return static_cast<std::int64_t>(state_->description.get_size());
}

bool PictureLayout::is_dense() const {
  return state_->description == dense_desc(state_->shape);
}

std::string PictureLayout::to_text() const {
  if (is_dense()) return "dense";
  const dnnl_blocking_desc_t& blocks = state_->description.data.format_desc.blocking;
  if (blocks.inner_nblks == 1) return format("blocks of {} channels", blocks.inner_blks[0]);
  return "channels last";
}

bool PictureLayout::operator==(const PictureLayout& other) const {
  return state_->description == other.state_->description;
}

PictureKernel::PictureKernel(std::unique_ptr<State> state) : state_(std::move(state)) {}
PictureKernel::PictureKernel(PictureKernel&&) noexcept = default;
PictureKernel& PictureKernel::operator=(PictureKernel&&) noexcept = default;
PictureKernel::~PictureKernel() = default;

template <class Make>
Result<PictureKernel> PictureKernel::make(const Dims& x, std::string_view what, Make&& fill) {
  try {
    auto state = std::make_unique<State>();
    fill(*state);
    return PictureKernel(std::move(state));
  } catch (const dnnl::error& error) {
    return Error::environment("oneDNN has no {} of {}: {}", what, tensor::to_text(x), error.what());
  }
}

Result<PictureKernel> PictureKernel::conv(const ConvRequest& request) {
  const ConvShapes shapes = shapes_of(request);
  return make(request.x, "convolution", [&](State& state) {
    if (is_empty(shapes.y)) return state.adopt(dense_desc(request.x), dense_desc(shapes.y));
    state.make_conv(request);
  });
}

Result<PictureKernel> PictureKernel::max_pool(const PictureLayout& source,
                                              const PoolOptions& options) {
  return make(source.shape(), "pool", [&](State& state) {
    state.make_pool(source, options, dnnl::algorithm::pooling_max);
  });
}

Result<PictureKernel> PictureKernel::mean(const PictureLayout& source) {
  const Dims& x = source.shape();
  return make(x, "mean", [&](State& state) {
    state.make_pool(source, {.window = {x[2], x[3]}, .stride = {1, 1}, .padding = {0, 0}},
                    dnnl::algorithm::pooling_avg_exclude_padding);
  });
}

Result<PictureKernel> PictureKernel::reorder(const PictureLayout& from, const PictureLayout& to) {
  ASSAY_CHECK(from.shape() == to.shape(), "another layout keeps the shape");
  return make(from.shape(), "change of layout", [&](State& state) {
    const memory::desc& given = from.state_->description;
    const memory::desc& wanted = to.state_->description;
    const dnnl::reorder::primitive_desc chosen(state.engine, given, state.engine, wanted,
                                               with_given_scratch());
    state.primitive = dnnl::reorder(chosen);
    state.implementation = chosen.impl_info_str();
    state.open(given, wanted, DNNL_ARG_FROM, DNNL_ARG_TO, chosen.scratchpad_desc());
  });
}

Result<void> PictureKernel::run(const float* x, const float* residual, float* y,
                                std::span<std::byte> scratch) {
  State& state = *state_;
  ASSAY_CHECK_GE(static_cast<std::int64_t>(scratch.size()), scratch_bytes(), "scratch is enough");
  ASSAY_CHECK_EQ(residual != nullptr, state.has_residual, "a residual comes as it was asked for");
  if (!state.primitive) return {};
  if (residual != nullptr && residual != y)
    std::memcpy(y, residual, static_cast<std::size_t>(state.destination->bytes()));
  try {
    state.x.set_data_handle(const_cast<float*>(x));
    state.y.set_data_handle(y);
    if (state.scratch) state.scratch.set_data_handle(scratch.data());
  } catch (const dnnl::error& error) {
    return Error::environment("oneDNN refused a picture's memory: {}", error.what());
  }
  // The C interface takes an array where the C++ one would build a map on every run.
  const dnnl_status_t status = dnnl_primitive_execute(state.primitive.get(), state.stream.get(),
                                                      state.argument_count, state.arguments.data());
  if (status != dnnl_success)
    return Error::environment("oneDNN's {} failed: status {}", state.implementation,
                              static_cast<int>(status));
  return {};
}

const PictureLayout& PictureKernel::source() const {
  return *state_->source;
}

const PictureLayout& PictureKernel::destination() const {
  return *state_->destination;
}

std::int64_t PictureKernel::scratch_bytes() const {
  if (!state_->scratch) return 0;
  return static_cast<std::int64_t>(state_->scratch.get_desc().get_size());
}

std::int64_t PictureKernel::held_bytes() const {
  const auto size = [](const memory& held) -> std::size_t {
    return held ? held.get_desc().get_size() : 0;
  };
  const std::size_t of_weight = state_->weight == nullptr ? 0 : size(state_->weight->held);
  return static_cast<std::int64_t>(of_weight + size(state_->bias));
}

std::optional<ConvWeight> PictureKernel::weight() const {
  if (state_->weight == nullptr) return std::nullopt;
  return ConvWeight(state_->weight);
}

const std::shared_ptr<const ConvWeight::State>& PictureKernel::state_of(const ConvWeight& weight) {
  return weight.state_;
}

std::int64_t ConvWeight::bytes() const {
  return static_cast<std::int64_t>(state_->held.get_desc().get_size());
}

Result<void> ConvWeight::copy_to(float* dense) const {
  try {
    dnnl::stream stream(state_->engine);
    const memory::dims dims = state_->held.get_desc().dims();
    memory::dims strides(dims.size(), 1);
    for (std::size_t axis = dims.size() - 1; axis > 0; --axis) {
      strides[axis - 1] = strides[axis] * dims[axis];
    }
    memory to(memory::desc(dims, kF32, strides), state_->engine, dense);
    dnnl::reorder(state_->held, to)
        .execute(stream, {{DNNL_ARG_FROM, state_->held}, {DNNL_ARG_TO, to}});
    stream.wait();
  } catch (const dnnl::error& error) {
    return Error::environment("oneDNN cannot put a convolution's weights in order: {}",
                              error.what());
  }
  return {};
}

const std::string& PictureKernel::implementation() const {
  return state_->implementation;
}

}  // namespace assay::kernels
