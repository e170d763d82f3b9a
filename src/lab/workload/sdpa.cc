// SPDX-License-Identifier: MIT
#include "lab/workload/sdpa.h"

#include <cmath>

#include "engine/kernels/threads.h"
#include "lab/workload/gemm_call.h"
#include "lab/workload/operands.h"
#include "lab/workload/parameters.h"
#include "lab/workload/sdpa_call.h"
#include "lab/workload/sdpa_check.h"

namespace assay::workload {
namespace {

struct SdpaRequest {
  kernels::SdpaSizes sizes;
  bool causal = false;
  double scale = 0;  ///< 0: 1/sqrt(head_dim).
  std::string dtype;
  std::string implementation;
};

Result<SdpaRequest> read_request(const spec::Factors& asked) {
  SdpaRequest request;
  ASSAY_TRY(request.sizes.batch, asked.integer("batch"));
  ASSAY_TRY(request.sizes.heads, asked.integer("heads"));
  ASSAY_TRY(request.sizes.seq_q, asked.integer("seq_q"));
  ASSAY_TRY(request.sizes.seq_k, asked.integer("seq_k"));
  ASSAY_TRY(request.sizes.head_dim, asked.integer("head_dim"));
  ASSAY_TRY(request.causal, asked.flag("causal"));
  ASSAY_TRY(request.scale, asked.number("scale"));
  ASSAY_TRY(request.dtype, asked.text("dtype"));
  ASSAY_TRY(request.implementation, asked.text("implementation"));
  return request;
}

float default_scale(std::int64_t head_dim) {
  return 1 / std::sqrt(static_cast<float>(head_dim));
}

struct SdpaOperands {
  Operand q, k, v, out;
};

class SdpaArm final : public PreparedArm {
 public:
  SdpaArm(SdpaRequest request, SdpaOperands operands, SdpaCall call, std::uint64_t seed)
      : request_(std::move(request)),
        operands_(std::move(operands)),
        call_(std::move(call)),
        seed_(seed) {}

  Result<void> run(std::int64_t times) override {
    for (std::int64_t i = 0; i < times; ++i) {
      ASSAY_TRY_VOID(call_.run(inputs(next_copy_), operands_.out.view(next_copy_)));
      next_copy_ = next_copy_ + 1 == operands_.q.copies() ? 0 : next_copy_ + 1;
    }
    return {};
  }

  spec::Factors observed() const override;
  spec::Factors mechanism() const override { return call_.mechanism(); }

  Work work() const override {
    const kernels::SdpaSizes sizes = sdpa_sizes(inputs(0), operands_.out.view().shape());
    const double multiply_adds = sdpa_multiply_adds(sizes, call_.options().causal);
    const auto bytes =
        operands_.q.bytes() + operands_.k.bytes() + operands_.v.bytes() + operands_.out.bytes();
    return {
        .flops = 2 * multiply_adds, .bytes = static_cast<double>(bytes), .units = multiply_adds};
  }

  Result<Verdict> verify() override {
    operands_.out.spoil();
    next_copy_ = 0;
    ASSAY_TRY_VOID(run(1));
    ASSAY_TRY(Verdict verdict,
              check_sdpa({inputs(0), call_.options(), operands_.out.view(), call_.other()}, seed_));
    if (const std::int64_t outside = operands_.out.overwritten(); outside != 0) {
      verdict.correct = false;
      verdict.method += format("; {} elements outside of the output were written", outside);
    }
    return verdict;
  }

 private:
  kernels::SdpaInputs inputs(std::int64_t copy) const {
    return {operands_.q.view(copy), operands_.k.view(copy), operands_.v.view(copy)};
  }

  SdpaRequest request_;
  SdpaOperands operands_;
  SdpaCall call_;
  std::uint64_t seed_;
  std::int64_t next_copy_ = 0;
};

spec::Factors SdpaArm::observed() const {
  const kernels::SdpaSizes sizes = sdpa_sizes(inputs(0), operands_.out.view().shape());
  const float scale = call_.options().scale;
  const bool is_default = request_.scale == 0 && scale == default_scale(sizes.head_dim);
  const bool is_asked = scale == static_cast<float>(request_.scale);
  spec::Factors factors{
      {"batch", sizes.batch},
      {"heads", sizes.heads},
      {"seq_q", sizes.seq_q},
      {"seq_k", sizes.seq_k},
      {"head_dim", sizes.head_dim},
      {"causal", call_.options().causal},
      {"scale", is_default || is_asked ? request_.scale : static_cast<double>(scale)},
      {"scale_in_force", static_cast<double>(scale)},
      {"dtype", std::string(tensor::to_text(tensor::dtype_of<float>()))},
      {"implementation", call_.implementation()},
      {"row_stride", operands_.q.view().stride(2)},
      {"copies", operands_.q.copies()}};
  for (const Operand* operand : {&operands_.q, &operands_.k, &operands_.v, &operands_.out}) {
    operand->observe(factors);
  }
  observe_threads(factors);
  return factors;
}

Result<SdpaOperands> place_operands(const kernels::SdpaSizes& sizes, Bench& bench) {
  const Layout q = dense_layout({sizes.batch, sizes.heads, sizes.seq_q, sizes.head_dim});
  const Layout k = dense_layout({sizes.batch, sizes.heads, sizes.seq_k, sizes.head_dim});
  ASSAY_TRY(const Bytes q_size, storage_size(q.shape, q.strides, tensor::DType::kF32));
  ASSAY_TRY(const Bytes k_size, storage_size(k.shape, k.strides, tensor::DType::kF32));
  const std::int64_t copies =
      copies_to_rotate(bench.cache == measure::CacheState::kRotated, q_size * 2 + k_size * 2);
  SdpaOperands operands;
  ASSAY_TRY(operands.q, Operand::input(bench, "q", q, copies));
  ASSAY_TRY(operands.k, Operand::input(bench, "k", k, copies));
  ASSAY_TRY(operands.v, Operand::input(bench, "v", k, copies));
  ASSAY_TRY(operands.out, Operand::output(bench, "out", q, copies));
  return operands;
}

Result<Preparation> prepare_sdpa(const spec::Factors& asked, Bench& bench) {
  ASSAY_TRY(SdpaRequest request, read_request(asked));
  ASSAY_TRY(const std::optional<std::string> missing, missing_dtype(request.dtype));
  if (missing) return Preparation(Unsupported{*missing});
  kernels::set_threads(bench.threads);
  const kernels::SdpaOptions options{.scale = request.scale == 0
                                                  ? default_scale(request.sizes.head_dim)
                                                  : static_cast<float>(request.scale),
                                     .causal = request.causal,
                                     .threads = bench.threads};
  ASSAY_TRY(auto call, SdpaCall::create(request.implementation, request.sizes, options, bench));
  if (auto* unsupported = std::get_if<Unsupported>(&call)) return Preparation(*unsupported);
  ASSAY_TRY(SdpaOperands operands, place_operands(request.sizes, bench));
  return Preparation(std::make_unique<SdpaArm>(std::move(request), std::move(operands),
                                               std::get<SdpaCall>(std::move(call)), bench.seed));
}

}  // namespace

WorkloadDefinition sdpa_workload() {
  WorkloadDefinition definition;
  definition.entry.name = "sdpa";
  definition.entry.about = "Scaled dot-product attention over [batch, heads, seq, head_dim].";
  definition.entry.parameters = {
      integer_parameter("batch", "Sequences.", 1, 1),
      integer_parameter("heads", "Heads of each.", 1),
      integer_parameter("seq_q", "Queries of a head.", 1),
      integer_parameter("seq_k", "Keys of a head.", 1),
      integer_parameter("head_dim", "Width of a head.", 1),
      flag_parameter("causal", "Query i sees keys 0..i.", false),
      number_parameter("scale", "Factor of the scores; 0: 1/sqrt(head_dim).", 0, 0),
      choice_parameter("dtype", "Element type.", {"f32", "f16", "bf16"}),
      choice_parameter("implementation",
                       "math: unfused; flash: one pass over tiles; auto: the dispatcher's choice.",
                       sdpa_implementations())};
  definition.prepare = prepare_sdpa;
  return definition;
}

}  // namespace assay::workload
