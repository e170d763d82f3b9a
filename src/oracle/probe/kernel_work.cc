// SPDX-License-Identifier: MIT
#include "oracle/probe/kernel_work.h"

#include <cmath>
#include <memory>

#include "core/random.h"
#include "engine/kernels/cpu/copy.h"
#include "engine/kernels/cpu/elementwise.h"
#include "engine/kernels/cpu/flash_attention.h"
#include "engine/kernels/cpu/norm.h"
#include "engine/kernels/cpu/packed_linear.h"
#include "engine/kernels/cpu/softmax.h"
#include "engine/tensor/host_tensor.h"

namespace assay::probe {
namespace {

using tensor::DType;
using tensor::HostTensor;

constexpr double kFloat = sizeof(float);

Result<HostTensor> random_tensor(const tensor::Dims& shape) {
  ASSAY_TRY(HostTensor tensor, HostTensor::create({DType::kF32, shape}));
  Random random(1);
  auto* elements = static_cast<float*>(tensor.view().data);
  const std::int64_t count = tensor.size().count() / static_cast<std::int64_t>(sizeof(float));
  for (std::int64_t i = 0; i < count; ++i) {
    elements[i] = static_cast<float>(random.uniform() - 0.5);
  }
  return tensor;
}

double bytes_of(const HostTensor& tensor) {
  return static_cast<double>(tensor.size().count());
}

std::function<void(std::int64_t)> repeated(std::function<void()> call) {
  return [call = std::move(call)](std::int64_t passes) {
    for (std::int64_t pass = 0; pass < passes; ++pass) {
      call();
    }
  };
}

Result<KernelWork> make_gemm(std::span<const std::int64_t> at, int threads) {
  const std::int64_t m = at[0], n = at[1], k = at[2];
  struct Operands {
    HostTensor x, y;
    std::vector<std::byte> packed, scratch;
  };
  auto own = std::make_shared<Operands>();
  ASSAY_TRY(own->x, random_tensor({m, k}));
  ASSAY_TRY(own->y, HostTensor::create({DType::kF32, {m, n}}));
  ASSAY_TRY(const HostTensor weight, random_tensor({n, k}));
  own->packed.resize(static_cast<std::size_t>(kernels::packed_weight_bytes(DType::kF32, n, k)));
  kernels::pack_weight(weight.view(), DType::kF32, own->packed);
  const kernels::PackedWeight packed{own->packed.data(), DType::kF32, n, k, nullptr};
  const kernels::LinearBlocking blocking = kernels::default_blocking(m, n, k, threads);
  own->scratch.resize(
      static_cast<std::size_t>(kernels::packed_linear_scratch(packed, blocking, threads)));
  const double products = 2.0 * static_cast<double>(m * n) * static_cast<double>(k);
  const double bytes = bytes_of(own->x) + bytes_of(own->y) + bytes_of(weight);
  return KernelWork{products, bytes, repeated([=] {
                      kernels::packed_linear(std::as_const(own->x).view().as<float>(), packed, {},
                                             own->y.view().as<float>(), blocking, own->scratch,
                                             threads);
                    })};
}

Result<KernelWork> make_attention(std::span<const std::int64_t> at, int threads) {
  const std::int64_t heads = at[0], queries = at[1], keys = at[2], dim = at[3];
  struct Operands {
    HostTensor q, k, v, y;
    std::vector<float> scratch;
  };
  auto own = std::make_shared<Operands>();
  ASSAY_TRY(own->q, random_tensor({1, heads, queries, dim}));
  ASSAY_TRY(own->k, random_tensor({1, heads, keys, dim}));
  ASSAY_TRY(own->v, random_tensor({1, heads, keys, dim}));
  ASSAY_TRY(own->y, HostTensor::create({DType::kF32, {1, heads, queries, dim}}));
  own->scratch.resize(
      static_cast<std::size_t>(kernels::flash_attention_scratch(queries, keys, dim, threads)));
  const double products = 4.0 * static_cast<double>(heads * queries) * static_cast<double>(keys) *
                          static_cast<double>(dim);
  const double bytes = bytes_of(own->q) + bytes_of(own->k) + bytes_of(own->v) + bytes_of(own->y);
  const float scale = 1 / std::sqrt(static_cast<float>(dim));
  return KernelWork{products, bytes, repeated([=] {
                      const Operands& in = *own;
                      kernels::flash_attention(
                          {.q = in.q.view().as<float>(), .k = in.k.view(), .v = in.v.view()},
                          {.scale = scale, .causal = false, .threads = threads},
                          own->y.view().as<float>(), own->scratch);
                    })};
}

struct Rows {
  HostTensor x, other, y;
};

Result<std::shared_ptr<Rows>> make_rows(std::span<const std::int64_t> at) {
  auto own = std::make_shared<Rows>();
  ASSAY_TRY(own->x, random_tensor({at[0], at[1]}));
  ASSAY_TRY(own->y, HostTensor::create({DType::kF32, {at[0], at[1]}}));
  return own;
}

Result<KernelWork> make_norm(std::span<const std::int64_t> at, int threads) {
  ASSAY_TRY(const auto own, make_rows(at));
  ASSAY_TRY(own->other, random_tensor({2, at[1]}));
  const std::int64_t columns = at[1];
  return KernelWork{0, bytes_of(own->x) + bytes_of(own->y), repeated([=] {
                      const auto* weight = static_cast<const float*>(own->other.view().data);
                      kernels::layer_norm(std::as_const(own->x).view().as<float>(), weight,
                                          weight + columns, 1e-5, own->y.view().as<float>(),
                                          threads);
                    })};
}

Result<KernelWork> make_softmax(std::span<const std::int64_t> at, int threads) {
  ASSAY_TRY(const auto own, make_rows(at));
  return KernelWork{0, bytes_of(own->x) + bytes_of(own->y), repeated([=] {
                      kernels::softmax(std::as_const(own->x).view().as<float>(),
                                       own->y.view().as<float>(), threads);
                    })};
}

Result<KernelWork> make_elementwise(std::span<const std::int64_t> at, int threads) {
  ASSAY_TRY(const auto own, make_rows(at));
  ASSAY_TRY(own->other, random_tensor({at[0], at[1]}));
  return KernelWork{0, 3 * bytes_of(own->x), repeated([=] {
                      kernels::combine(kernels::Combination::kAdd,
                                       std::as_const(own->x).view().as<float>(),
                                       std::as_const(own->other).view().as<float>(),
                                       own->y.view().as<float>(), threads);
                    })};
}

Result<KernelWork> make_copy(std::span<const std::int64_t> at, int threads) {
  const std::int64_t shape[] = {1, at[0]};
  ASSAY_TRY(const auto own, make_rows(shape));
  return KernelWork{0, 2 * kFloat * static_cast<double>(at[0]), repeated([=] {
                      kernels::copy(std::as_const(own->x).view(), own->y.view(), threads);
                    })};
}

using Shapes = std::vector<std::vector<std::int64_t>>;

Shapes row_shapes() {
  return {{1, 768}, {16, 256}, {16, 768}, {128, 768}, {512, 768}, {1'576, 768}};
}
Shapes row_shapes_quick() {
  return {{1, 768}, {128, 768}};
}

}  // namespace

std::span<const KernelClass> kernel_classes() {
  static const std::vector<KernelClass> classes{
      {"gemm",
       {"m", "n", "k"},
       true,
       make_gemm,
       {{1, 256, 256},    {1, 768, 768},     {1, 3'072, 768},   {1, 768, 3'072}, {4, 256, 256},
        {4, 768, 768},    {4, 3'072, 768},   {16, 64, 64},      {16, 256, 256},  {16, 768, 768},
        {16, 3'072, 768}, {64, 64, 64},      {64, 256, 256},    {64, 768, 768},  {64, 3'072, 768},
        {197, 768, 768},  {197, 768, 3'072}, {197, 3'072, 768}, {512, 512, 512}, {1'024, 768, 768}},
       {{1, 256, 256}, {16, 256, 256}, {197, 768, 768}}},
      {"attention",
       {"heads", "queries", "keys", "head_width"},
       true,
       make_attention,
       {{12, 1, 128, 64},
        {12, 1, 512, 64},
        {12, 1, 2'048, 64},
        {12, 16, 128, 64},
        {12, 65, 65, 64},
        {12, 128, 128, 64},
        {12, 197, 197, 64},
        {12, 512, 512, 64},
        {8, 128, 128, 128}},
       {{12, 1, 128, 64}, {12, 128, 128, 64}}},
      {"norm", {"rows", "width"}, false, make_norm, row_shapes(), row_shapes_quick()},
      {"softmax", {"rows", "width"}, false, make_softmax, row_shapes(), row_shapes_quick()},
      {"elementwise", {"rows", "width"}, false, make_elementwise, row_shapes(), row_shapes_quick()},
      {"copy",
       {"elements"},
       false,
       make_copy,
       {{768}, {4'096}, {65'536}, {1 << 20}, {1 << 23}},
       {{4'096}, {1 << 20}}}};
  return classes;
}

}  // namespace assay::probe
