// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/pad.h"
#include "lab/workload/gemm_call.h"
#include "lab/workload/gemm_check.h"
#include "lab/workload/operands.h"
#include "lab/workload/padding_steps.h"

namespace assay::workload {
namespace {

using tensor::TensorView;

struct GemmTensors {
  Operand a, b, c;

  std::int64_t bytes() const { return a.bytes() + b.bytes() + c.bytes(); }
  GemmCall::Operands views() const { return {a.view(), b.view(), c.view()}; }
};

/// c[m, n] = a[m, k] * b[k, n] with k (reduction) or n (projection) padded. What the padding does
/// not change (b's partner in the one case, a in the other) is neither copied nor kept twice.
class PaddedGemm final : public PaddedComputation {
 public:
  PaddedGemm(GemmTensors compact, GemmTensors padded, GemmCall call, bool is_reduction,
             const Bench& bench)
      : compact_(std::move(compact)),
        padded_(std::move(padded)),
        call_(std::move(call)),
        is_reduction_(is_reduction),
        seed_(bench.seed),
        threads_(bench.threads) {}

  void pad() override {
    if (is_reduction_) kernels::pad(compact_.a.view(), padded_.a.view(), threads_);
    kernels::pad(compact_.b.view(), padded_.b.view(), threads_);
  }
  Result<void> calculate() override { return call_.run(padded_.views()); }
  /// The reduction writes its compact output at once: there is nothing to take off.
  void slice() override {
    if (is_reduction_) return;
    const TensorView<float> compact = compact_.c.view();
    kernels::pad(padded_.c.view().narrow(1, 0, compact.extent(1)), compact, threads_);
  }
  void spoil() override {
    compact_.c.spoil();
    padded_.c.spoil();
  }
  Result<Verdict> check(bool is_sliced) const override {
    const TensorView<const float> c =
        is_sliced ? compact_.c.view() : padded_.c.view().narrow(1, 0, compact_.c.view().extent(1));
    return check_gemm({compact_.a.view(), compact_.b.view(), {}, c}, seed_);
  }
  double multiply_adds() const override {
    const TensorView<float> a = compact_.a.view();
    return static_cast<double>(a.extent(0)) * static_cast<double>(a.extent(1)) *
           static_cast<double>(compact_.b.view().extent(1));
  }
  PaddingSizes sizes() const override {
    const int axis = is_reduction_ ? 0 : 1;
    return {.logical = compact_.b.view().extent(axis),
            .physical = padded_.b.view().extent(axis),
            .logical_bytes = compact_.bytes(),
            .physical_bytes = padded_.bytes()};
  }
  void observe(spec::Factors& observed) const override {
    observed.set("dtype", padded_.a.dtype());
    observed.set("m", compact_.a.view().extent(0));
    observed.set("width",
                 is_reduction_ ? compact_.c.view().extent(1) : compact_.a.view().extent(1));
    observed.set("library", call_.library());
    observed.set("lda", padded_.a.view().leading_dimension());
    observed.set("ldb", padded_.b.view().leading_dimension());
    observed.set("ldc", padded_.c.view().leading_dimension());
    padded_.a.observe(observed);
    padded_.b.observe(observed);
  }
  spec::Factors mechanism() const override { return call_.mechanism(); }

 private:
  GemmTensors compact_;
  GemmTensors padded_;
  GemmCall call_;
  bool is_reduction_;
  std::uint64_t seed_;
  int threads_;
};

Result<GemmTensors> place_compact(const PaddingRequest& request, Bench& bench) {
  const bool is_reduction = request.operation == "gemm_reduction";
  const std::int64_t k = is_reduction ? request.logical : request.width;
  const std::int64_t n = is_reduction ? request.width : request.logical;
  GemmTensors tensors;
  ASSAY_TRY(tensors.a, Operand::input(bench, "a", matrix_layout(request.m, k)));
  ASSAY_TRY(tensors.b, Operand::input(bench, "b", matrix_layout(k, n)));
  ASSAY_TRY(tensors.c, Operand::output(bench, "c", matrix_layout(request.m, n)));
  return tensors;
}

Result<GemmTensors> place_padded(const PaddingRequest& request, const GemmTensors& compact,
                                 Bench& bench) {
  GemmTensors padded = compact;
  // Sizes are part of the role: two arms of a trial must not write over one memory.
  const std::string suffix = format("_{}_{}_padded_{}", to_text(compact.a.view().shape()),
                                    to_text(compact.b.view().shape()), request.physical);
  if (request.operation == "gemm_reduction") {
    ASSAY_TRY(padded.a,
              Operand::input(bench, "a" + suffix, matrix_layout(request.m, request.physical)));
    ASSAY_TRY(padded.b,
              Operand::input(bench, "b" + suffix, matrix_layout(request.physical, request.width)));
  } else {
    ASSAY_TRY(padded.b,
              Operand::input(bench, "b" + suffix, matrix_layout(request.width, request.physical)));
    ASSAY_TRY(padded.c,
              Operand::output(bench, "c" + suffix, matrix_layout(request.m, request.physical)));
  }
  return padded;
}

}  // namespace

Result<PaddedPreparation> make_padded_gemm(const PaddingRequest& request, Bench& bench) {
  ASSAY_TRY(GemmTensors compact, place_compact(request, bench));
  GemmTensors padded = compact;
  if (request.pad != "none") {
    ASSAY_TRY(padded, place_padded(request, compact, bench));
  }
  ASSAY_TRY(GemmCall call, GemmCall::create(request.library, {}, padded.views()));
  return PaddedPreparation(
      std::make_unique<PaddedGemm>(std::move(compact), std::move(padded), std::move(call),
                                   request.operation == "gemm_reduction", bench));
}

}  // namespace assay::workload
