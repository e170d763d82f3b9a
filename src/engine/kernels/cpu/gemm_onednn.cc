// SPDX-License-Identifier: MIT
#include <dnnl.hpp>
#include <optional>

#include "engine/kernels/cpu/gemm.h"

namespace assay::kernels {
namespace {

using dnnl::memory;
using tensor::TensorView;

template <class T>
memory::desc description_of(TensorView<T> matrix, bool transposed) {
  ASSAY_CHECK_EQ(matrix.stride(1), 1, "the rows of a library's matrix are contiguous");
  const auto view = transposed ? matrix.transposed() : matrix;
  return {
      {view.extent(0), view.extent(1)}, memory::data_type::f32, {view.stride(0), view.stride(1)}};
}

}  // namespace

/// `primitive` is absent where there is nothing to multiply: oneDNN refuses some empty shapes.
struct OnednnGemm::State {
  GemmSizes sizes;
  std::int64_t ldc = 0;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::optional<dnnl::matmul> primitive;
  std::optional<memory> a, b, c;
  memory scratch;  ///< Its own: the library's belongs to the thread that makes a primitive.
  std::string implementation = "none (empty product)";
};

OnednnGemm::OnednnGemm(std::unique_ptr<State> state) : state_(std::move(state)) {}
OnednnGemm::OnednnGemm(OnednnGemm&&) noexcept = default;
OnednnGemm& OnednnGemm::operator=(OnednnGemm&&) noexcept = default;
OnednnGemm::~OnednnGemm() = default;

Result<OnednnGemm> OnednnGemm::create(TensorView<const float> a, TensorView<const float> b,
                                      Transposes transposes, TensorView<float> c) {
  try {
    auto state = std::make_unique<State>();
    state->sizes = gemm_sizes(a.shape(), b.shape(), transposes, c.shape());
    state->ldc = c.stride(0);
    if (state->sizes.m == 0 || state->sizes.n == 0 || state->sizes.k == 0) {
      return OnednnGemm(std::move(state));
    }
    const memory::desc a_layout = description_of(a, transposes.a);
    const memory::desc b_layout = description_of(b, transposes.b);
    const memory::desc c_layout = description_of(c, false);
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const dnnl::matmul::primitive_desc chosen(dnnl::matmul::desc(a_layout, b_layout, c_layout),
                                              attributes, state->engine);
    state->scratch = memory(chosen.scratchpad_desc(), state->engine);
    state->implementation = chosen.impl_info_str();
    state->primitive.emplace(chosen);
    state->a.emplace(a_layout, state->engine, nullptr);
    state->b.emplace(b_layout, state->engine, nullptr);
    state->c.emplace(c_layout, state->engine, nullptr);
    return OnednnGemm(std::move(state));
  } catch (const dnnl::error& error) {
    return Error::environment("oneDNN has no matmul for {} x {}: {}", to_text(a.shape()),
                              to_text(b.shape()), error.what());
  }
}

Result<void> OnednnGemm::run(const float* a, const float* b, float* c) {
  State& state = *state_;
  if (!state.primitive) {
    for (std::int64_t i = 0; i < state.sizes.m; ++i) {
      std::fill_n(c + i * state.ldc, state.sizes.n, 0.0F);
    }
    return {};
  }
  try {
    // oneDNN takes inputs as void*, though it does not write to them.
    state.a->set_data_handle(const_cast<float*>(a));
    state.b->set_data_handle(const_cast<float*>(b));
    state.c->set_data_handle(c);
    state.primitive->execute(state.stream, {{DNNL_ARG_SRC, *state.a},
                                            {DNNL_ARG_WEIGHTS, *state.b},
                                            {DNNL_ARG_DST, *state.c},
                                            {DNNL_ARG_SCRATCHPAD, state.scratch}});
    state.stream.wait();
  } catch (const dnnl::error& error) {
    return Error::environment("oneDNN matmul failed: {}", error.what());
  }
  return {};
}

const std::string& OnednnGemm::implementation() const {
  return state_->implementation;
}

std::string onednn_version() {
  const dnnl_version_t* version = dnnl_version();
  return format("{}.{}.{}", version->major, version->minor, version->patch);
}

}  // namespace assay::kernels
