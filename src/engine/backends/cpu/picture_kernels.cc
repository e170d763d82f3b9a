// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/picture_kernels.h"

#include <algorithm>

#include "engine/kernels/cpu/conv.h"
#include "engine/kernels/cpu/picture.h"

namespace assay::cpu {
namespace {

using backend::KernelCall;
using backend::KernelRequest;
using backend::OperandSite;
using kernels::PictureKernel;
using kernels::PictureLayout;
using tensor::Dims;
using tensor::DType;
using tensor::TensorView;

class BlockedLayout : public backend::PrivateLayout {
 public:
  explicit BlockedLayout(PictureLayout layout) : layout_(std::move(layout)) {}
  Bytes size() const override { return Bytes(layout_.bytes()); }
  const PictureLayout& picture() const { return layout_; }

 private:
  PictureLayout layout_;
};

PictureLayout layout_of(const OperandSite& site) {
  if (site.layout == nullptr) return PictureLayout::dense(site.type.shape);
  return static_cast<const BlockedLayout&>(*site.layout).picture();
}

std::shared_ptr<const backend::PrivateLayout> private_layout(const PictureLayout& layout) {
  if (layout.is_dense()) return nullptr;
  return std::make_shared<BlockedLayout>(layout);
}

std::array<std::int64_t, 2> pair_of(const KernelRequest& request, const std::string& name) {
  const graph::Integers& values = request.node.attributes.integers(name);
  return {values[0], values[1]};
}

/// Scratch of a kernel behind `pixels` bytes of a picture, at an address for vectors.
std::int64_t room_of(std::int64_t pixels) {
  constexpr std::int64_t kLine = 64;
  return (pixels + kLine - 1) / kLine * kLine;
}

const float* floats(const KernelCall& call, std::size_t index) {
  return index < call.operands.size() ? static_cast<const float*>(call.operands[index].data)
                                      : nullptr;
}

/// Runs one of the library's kernels; with a source that the kernel does not read, puts it in
/// order first.
class Picture : public backend::Kernel {
 public:
  /// `shared`: of what the kernel holds, the weights that others hold too.
  Picture(PictureKernel kernel, std::optional<PictureKernel> before, int residual, Bytes shared)
      : kernel_(std::move(kernel)),
        before_(std::move(before)),
        residual_(residual),
        shared_(shared) {}

  Result<void> run(const KernelCall& call) override {
    const float* x = floats(call, 0);
    const std::span<std::byte> behind = call.scratch.subspan(static_cast<std::size_t>(moved()));
    if (before_) {
      auto* moved = reinterpret_cast<float*>(call.scratch.data());
      ASSAY_TRY_VOID(before_->run(x, nullptr, moved, behind));
      x = moved;
    }
    const float* residual =
        residual_ < 0 ? nullptr : floats(call, static_cast<std::size_t>(residual_));
    return kernel_.run(x, residual, static_cast<float*>(call.result.data), behind);
  }
  std::string name() const override {
    return format("oneDNN {}, {}", kernel_.implementation(), kernel_.destination().to_text());
  }
  Bytes scratch() const override {
    const std::int64_t before = before_ ? before_->scratch_bytes() : 0;
    return Bytes(moved() + std::max(kernel_.scratch_bytes(), before));
  }
  Bytes held() const override { return Bytes(kernel_.held_bytes() - shared_.count()); }
  std::shared_ptr<const backend::PrivateLayout> result_layout() const override {
    return private_layout(kernel_.destination());
  }

 private:
  std::int64_t moved() const { return before_ ? room_of(before_->destination().bytes()) : 0; }

  PictureKernel kernel_;
  std::optional<PictureKernel> before_;
  int residual_;  // Operand index; -1 without.
  Bytes shared_;
};

Result<KernelPointer> picture(PictureKernel kernel, const PictureLayout& source, int residual = -1,
                              Bytes shared = Bytes(0)) {
  std::optional<PictureKernel> before;
  if (!(kernel.source() == source)) {
    ASSAY_TRY(PictureKernel reorder, PictureKernel::reorder(source, kernel.source()));
    before.emplace(std::move(reorder));
  }
  return KernelPointer(
      std::make_unique<Picture>(std::move(kernel), std::move(before), residual, shared));
}

bool has(const KernelRequest& request, std::size_t index) {
  return index < request.operands.size() && request.operands[index].has_value();
}

bool is_empty(const Dims& shape) {
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 0) return true;
  }
  return false;
}

/// What conv2d multiplies with is known now: it is a weight, and not empty. One without data was
/// adopted.
bool is_fixed(const KernelRequest& request) {
  const bool has_bias = has(request, 2);
  const OperandSite& weight = *request.operands[1];
  return (weight.data != nullptr || !weight.weight.empty()) &&
         (!has_bias || request.operands[2]->data != nullptr) && !is_empty(request.result.shape) &&
         !is_empty(request.operands[1]->type.shape) && !is_empty(request.operands[0]->type.shape);
}

/// Below so many channels the library's direct kernels read planes as they are.
constexpr std::int64_t kChannelsBlocked = 8;

}  // namespace

Result<KernelPointer> make_conv2d(const KernelRequest& request, const CpuContext& context) {
  if (!is_fixed(request)) return KernelPointer();
  const OperandSite& x = *request.operands[0];
  const bool is_plain = context.mode == backend::CompileMode::kNone;
  const PictureLayout source = layout_of(x);
  const PictureLayout dense = PictureLayout::dense(request.result.shape);
  const bool has_residual = has(request, 3);
  const PictureLayout beside = has_residual ? layout_of(*request.operands[3]) : dense;
  kernels::ConvRequest conv{.x = x.type.shape};
  const OperandSite& weight = *request.operands[1];
  const bool is_adopted = context.convs.has_adopted(weight.weight);
  const auto* given = static_cast<const float*>(weight.data);
  conv.weight = {is_adopted ? context.convs.dense(weight.weight) : given, weight.type.shape};
  if (!is_plain) conv.made = context.convs.made(weight.weight);
  if (has(request, 2)) conv.bias = static_cast<const float*>(request.operands[2]->data);
  conv.options = {
      .stride = pair_of(request, "stride"),
      .padding = pair_of(request, "padding"),
      .dilation = pair_of(request, "dilation"),
      .groups = request.node.attributes.integer("groups"),
      .activation = *kernels::parse_activation(request.node.attributes.text("activation"))};
  conv.has_residual = has_residual;
  const bool may_choose_source =
      !is_plain && source.is_dense() && x.type.shape[1] >= kChannelsBlocked;
  conv.source = may_choose_source ? nullptr : &source;
  if (has_residual) conv.destination = &beside;
  if (is_plain || request.wants_dense_result) conv.destination = &dense;
  const bool fits = !has_residual || !conv.destination || *conv.destination == beside;
  if (!fits) return KernelPointer();
  auto kernel = PictureKernel::conv(conv);
  if (!kernel) return KernelPointer();  // The library has none for this: the reference does it.
  Bytes shared(0);
  const auto chosen = kernel->weight();
  if (!is_plain && !weight.weight.empty() && chosen) {
    context.convs.keep(weight.weight, *chosen);
    shared = Bytes(chosen->bytes());
  }
  return picture(*std::move(kernel), source, has_residual ? 3 : -1, shared);
}

Result<KernelPointer> make_max_pool2d(const KernelRequest& request, const CpuContext& /*context*/) {
  const OperandSite& x = *request.operands[0];
  if (is_empty(request.result.shape) || is_empty(x.type.shape)) return KernelPointer();
  const PictureLayout source = layout_of(x);
  auto kernel = PictureKernel::max_pool(source, {.window = pair_of(request, "window"),
                                                 .stride = pair_of(request, "stride"),
                                                 .padding = pair_of(request, "padding")});
  if (!kernel) return KernelPointer();
  if (request.wants_dense_result && !kernel->destination().is_dense()) return KernelPointer();
  return picture(*std::move(kernel), source);
}

Result<KernelPointer> make_reduce(const KernelRequest& request, const CpuContext& /*context*/) {
  if (!reduce_accepts_blocks(request, 0)) return KernelPointer();
  const OperandSite& x = *request.operands[0];
  if (is_empty(x.type.shape)) return KernelPointer();
  const PictureLayout source = layout_of(x);
  auto kernel = PictureKernel::mean(source);
  if (!kernel) return KernelPointer();
  if (kernel->destination().is_dense()) return picture(*std::move(kernel), source);
  // One pixel a channel in the layout of the picture: padded, unless the channels fill the blocks.
  const PictureLayout blocks = kernel->destination();
  ASSAY_TRY(PictureKernel reorder,
            PictureKernel::reorder(blocks, PictureLayout::dense(blocks.shape())));
  const auto mean = std::make_shared<PictureKernel>(*std::move(kernel));
  const auto in_order = std::make_shared<PictureKernel>(std::move(reorder));
  const std::int64_t room = room_of(blocks.bytes());
  return make_function_kernel(
      format("oneDNN {}, then in order", mean->implementation()),
      [mean, in_order, room](const KernelCall& call) -> Result<void> {
        auto* pixels = reinterpret_cast<float*>(call.scratch.data());
        const std::span<std::byte> behind = call.scratch.subspan(static_cast<std::size_t>(room));
        ASSAY_TRY_VOID(mean->run(floats(call, 0), nullptr, pixels, behind));
        return in_order->run(pixels, nullptr, static_cast<float*>(call.result.data), behind);
      },
      Bytes(room + std::max(mean->scratch_bytes(), in_order->scratch_bytes())));
}

Result<KernelPointer> make_picture_reorder(const OperandSite& from) {
  ASSAY_TRY(PictureKernel kernel,
            PictureKernel::reorder(layout_of(from), PictureLayout::dense(from.type.shape)));
  return picture(std::move(kernel), layout_of(from));
}

Result<KernelPointer> make_resize(const KernelRequest& request, const CpuContext& context) {
  const Dims& from = request.operands[0]->type.shape;
  const Dims& to = request.result.shape;
  if (is_empty(from) || is_empty(to)) return KernelPointer();
  const auto resize =
      std::make_shared<kernels::Resize>(std::array{from[1], from[2]}, std::array{to[1], to[2]},
                                        request.node.attributes.integer("antialias") != 0);
  const std::int64_t floats_needed = resize->scratch_size(from[3], context.threads);
  return make_function_kernel(
      "own",
      [resize, threads = context.threads](const KernelCall& call) {
        const std::span<float> scratch(reinterpret_cast<float*>(call.scratch.data()),
                                       call.scratch.size() / sizeof(float));
        resize->run(call.operands[0], call.result.as<float>(), scratch, threads);
        return Result<void>();
      },
      Bytes(floats_needed * static_cast<std::int64_t>(sizeof(float))));
}

Result<KernelPointer> make_normalise(const KernelRequest& request, const CpuContext& context) {
  const graph::Attributes& attributes = request.node.attributes;
  return make_function_kernel("own", [factor = attributes.number("factor"),
                                      mean = attributes.numbers("mean"),
                                      deviation = attributes.numbers("deviation"),
                                      threads = context.threads](const KernelCall& call) {
    kernels::normalise(call.operands[0], factor, mean, deviation, call.result.as<float>(), threads);
    return Result<void>();
  });
}

bool conv2d_accepts_blocks(const KernelRequest& request, int index) {
  return is_fixed(request) && (index == 0 || (index == 3 && !request.wants_dense_result));
}

bool max_pool2d_accepts_blocks(const KernelRequest& request, int index) {
  return index == 0 && !request.wants_dense_result;
}

bool reduce_accepts_blocks(const KernelRequest& request, int index) {
  return index == 0 && request.node.attributes.text("kind") == "mean" &&
         request.operands[0]->type.shape.rank() == 4 &&
         request.node.attributes.integers("axes") == graph::Integers{2, 3};
}

}  // namespace assay::cpu
