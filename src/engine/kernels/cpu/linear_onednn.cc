// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/linear_onednn.h"

#include <dnnl.hpp>

namespace assay::kernels {
namespace {

using dnnl::memory;

constexpr auto kF32 = memory::data_type::f32;
constexpr auto kAny = memory::format_tag::any;

}  // namespace

struct OnednnLinear::State {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::primitive primitive;
  memory x, weight, y, scratch;
  std::string implementation;

  /// The library's own scratch belongs to the thread that makes a primitive; another one may run
  /// it.
  static dnnl::primitive_attr with_own_scratch() {
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    return attributes;
  }

  void make_matmul(std::int64_t m, std::int64_t n, std::int64_t k) {
    const dnnl::matmul::primitive_desc chosen(
        dnnl::matmul::desc(memory::desc({m, k}, kF32, memory::format_tag::ab),
                           memory::desc({k, n}, kF32, kAny),
                           memory::desc({m, n}, kF32, memory::format_tag::ab)),
        with_own_scratch(), engine);
    primitive = dnnl::matmul(chosen);
    implementation = chosen.impl_info_str();
    x = memory(chosen.src_desc(), engine, nullptr);
    weight = memory(chosen.weights_desc(), engine);
    y = memory(chosen.dst_desc(), engine, nullptr);
    scratch = memory(chosen.scratchpad_desc(), engine);
  }

  void make_inner_product(std::int64_t m, std::int64_t n, std::int64_t k) {
    const dnnl::inner_product_forward::primitive_desc chosen(
        dnnl::inner_product_forward::desc(
            dnnl::prop_kind::forward_inference, memory::desc({m, k}, kF32, memory::format_tag::ab),
            memory::desc({n, k}, kF32, kAny), memory::desc({m, n}, kF32, memory::format_tag::ab)),
        with_own_scratch(), engine);
    primitive = dnnl::inner_product_forward(chosen);
    implementation = chosen.impl_info_str();
    x = memory(chosen.src_desc(), engine, nullptr);
    weight = memory(chosen.weights_desc(), engine);
    y = memory(chosen.dst_desc(), engine, nullptr);
    scratch = memory(chosen.scratchpad_desc(), engine);
  }

  /// `layout` says how the caller's weight lies; the primitive's own layout may be another.
  void take_weight(const memory::desc& layout, const float* values) {
    // oneDNN takes inputs as void*, though it does not write to them.
    const memory given(layout, engine, const_cast<float*>(values));
    dnnl::reorder(given, weight).execute(stream, {{DNNL_ARG_FROM, given}, {DNNL_ARG_TO, weight}});
    stream.wait();
  }
};

OnednnLinear::OnednnLinear(std::unique_ptr<State> state) : state_(std::move(state)) {}
OnednnLinear::OnednnLinear(OnednnLinear&&) noexcept = default;
OnednnLinear& OnednnLinear::operator=(OnednnLinear&&) noexcept = default;
OnednnLinear::~OnednnLinear() = default;

Result<OnednnLinear> OnednnLinear::create(OnednnProduct product, std::int64_t m,
                                          tensor::TensorView<const float> weight) {
  const std::int64_t n = weight.extent(0);
  const std::int64_t k = weight.extent(1);
  ASSAY_CHECK(m > 0 && n > 0 && k > 0, "oneDNN multiplies where there is something to multiply");
  const std::int64_t row = weight.leading_dimension();
  try {
    auto state = std::make_unique<State>();
    if (product == OnednnProduct::kMatmul) {
      state->make_matmul(m, n, k);
      state->take_weight(memory::desc({k, n}, kF32, {1, row}), weight.data());
    } else {
      state->make_inner_product(m, n, k);
      state->take_weight(memory::desc({n, k}, kF32, {row, 1}), weight.data());
    }
    return OnednnLinear(std::move(state));
  } catch (const dnnl::error& error) {
    return Error::environment("oneDNN has no product of {} x {} by {} x {}: {}", m, k, k, n,
                              error.what());
  }
}

Result<void> OnednnLinear::run(const float* x, float* y) {
  State& state = *state_;
  try {
    state.x.set_data_handle(const_cast<float*>(x));
    state.y.set_data_handle(y);
    state.primitive.execute(state.stream, {{DNNL_ARG_SRC, state.x},
                                           {DNNL_ARG_WEIGHTS, state.weight},
                                           {DNNL_ARG_DST, state.y},
                                           {DNNL_ARG_SCRATCHPAD, state.scratch}});
    state.stream.wait();
  } catch (const dnnl::error& error) {
    return Error::environment("oneDNN's product failed: {}", error.what());
  }
  return {};
}

const std::string& OnednnLinear::implementation() const {
  return state_->implementation;
}

}  // namespace assay::kernels
