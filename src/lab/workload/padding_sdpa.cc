// SPDX-License-Identifier: MIT
#include <cmath>

#include "engine/kernels/cpu/pad.h"
#include "lab/workload/operands.h"
#include "lab/workload/padding_steps.h"
#include "lab/workload/sdpa_call.h"
#include "lab/workload/sdpa_check.h"

namespace assay::workload {
namespace {

using tensor::TensorView;

/// [batch, heads, seq, width] as one matrix of rows.
TensorView<float> rows_of(const Operand& operand) {
  const TensorView<float> tensor = operand.view();
  return {tensor.data(),
          {tensor.extent(0) * tensor.extent(1) * tensor.extent(2), tensor.extent(3)},
          {tensor.stride(2), 1}};
}

struct SdpaTensors {
  Operand q, k, v, out;

  std::int64_t bytes() const { return q.bytes() + k.bytes() + v.bytes() + out.bytes(); }
  kernels::SdpaInputs inputs() const { return {q.view(), k.view(), v.view()}; }
};

class PaddedSdpa final : public PaddedComputation {
 public:
  PaddedSdpa(SdpaTensors compact, SdpaTensors padded, SdpaCall call, std::uint64_t seed)
      : compact_(std::move(compact)),
        padded_(std::move(padded)),
        call_(std::move(call)),
        seed_(seed) {}

  void pad() override {
    const int threads = call_.options().threads;
    kernels::pad(rows_of(compact_.q), rows_of(padded_.q), threads);
    kernels::pad(rows_of(compact_.k), rows_of(padded_.k), threads);
    kernels::pad(rows_of(compact_.v), rows_of(padded_.v), threads);
  }
  Result<void> calculate() override { return call_.run(padded_.inputs(), padded_.out.view()); }
  void slice() override {
    const TensorView<float> compact = rows_of(compact_.out);
    kernels::pad(rows_of(padded_.out).narrow(1, 0, compact.extent(1)), compact,
                 call_.options().threads);
  }
  void spoil() override {
    compact_.out.spoil();
    padded_.out.spoil();
  }
  Result<Verdict> check(bool is_sliced) const override {
    const std::int64_t logical = compact_.q.view().extent(3);
    const TensorView<const float> out =
        is_sliced ? compact_.out.view() : padded_.out.view().narrow(3, 0, logical);
    return check_sdpa({compact_.inputs(), call_.options(), out, call_.other()}, seed_);
  }
  double multiply_adds() const override {
    return sdpa_multiply_adds(sdpa_sizes(compact_.inputs(), compact_.out.view().shape()), false);
  }
  PaddingSizes sizes() const override {
    return {.logical = compact_.q.view().extent(3),
            .physical = padded_.q.view().extent(3),
            .logical_bytes = compact_.bytes(),
            .physical_bytes = padded_.bytes()};
  }
  void observe(spec::Factors& observed) const override {
    observed.set("dtype", padded_.q.dtype());
    const TensorView<float> q = compact_.q.view();
    observed.set("batch", q.extent(0));
    observed.set("heads", q.extent(1));
    observed.set("seq", q.extent(2));
    observed.set("implementation", call_.implementation());
    observed.set("scale_in_force", static_cast<double>(call_.options().scale));
    padded_.q.observe(observed);
  }
  spec::Factors mechanism() const override { return call_.mechanism(); }

 private:
  SdpaTensors compact_;
  SdpaTensors padded_;
  SdpaCall call_;
  std::uint64_t seed_;
};

Result<SdpaTensors> place_tensors(const PaddingRequest& request, std::int64_t width,
                                  const std::string& suffix, Bench& bench) {
  const Layout layout = dense_layout({request.batch, request.heads, request.seq, width});
  SdpaTensors tensors;
  ASSAY_TRY(tensors.q, Operand::input(bench, "q" + suffix, layout));
  ASSAY_TRY(tensors.k, Operand::input(bench, "k" + suffix, layout));
  ASSAY_TRY(tensors.v, Operand::input(bench, "v" + suffix, layout));
  ASSAY_TRY(tensors.out, Operand::output(bench, "out" + suffix, layout));
  return tensors;
}

}  // namespace

Result<PaddedPreparation> make_padded_sdpa(const PaddingRequest& request, Bench& bench) {
  const kernels::SdpaOptions options{.scale = 1 / std::sqrt(static_cast<float>(request.logical)),
                                     .threads = bench.threads};
  const kernels::SdpaSizes sizes{request.batch, request.heads, request.seq, request.seq,
                                 request.physical};
  ASSAY_TRY(auto call, SdpaCall::create(request.implementation, sizes, options, bench));
  if (auto* unsupported = std::get_if<Unsupported>(&call)) return PaddedPreparation(*unsupported);
  ASSAY_TRY(SdpaTensors compact, place_tensors(request, request.logical, "", bench));
  SdpaTensors padded = compact;
  if (request.pad != "none") {
    // Sizes are part of the role: two arms of a trial must not write over one memory.
    const std::string suffix =
        format("_{}_padded_{}", to_text(compact.q.view().shape()), request.physical);
    ASSAY_TRY(padded, place_tensors(request, request.physical, suffix, bench));
  }
  return PaddedPreparation(std::make_unique<PaddedSdpa>(
      std::move(compact), std::move(padded), std::get<SdpaCall>(std::move(call)), bench.seed));
}

}  // namespace assay::workload
