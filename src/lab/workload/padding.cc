// SPDX-License-Identifier: MIT
#include "lab/workload/padding.h"

#include "engine/kernels/threads.h"
#include "lab/workload/gemm_call.h"
#include "lab/workload/operands.h"
#include "lab/workload/padding_steps.h"
#include "lab/workload/parameters.h"
#include "lab/workload/sdpa_call.h"

namespace assay::workload {
namespace {

class PaddingArm final : public PreparedArm {
 public:
  PaddingArm(PaddingRequest request, std::unique_ptr<PaddedComputation> computation)
      : request_(std::move(request)), computation_(std::move(computation)) {}

  Result<void> run(std::int64_t times) override {
    const bool inside = request_.pad == "inside";
    for (std::int64_t i = 0; i < times; ++i) {
      if (inside) computation_->pad();
      ASSAY_TRY_VOID(computation_->calculate());
      if (inside) computation_->slice();
    }
    return {};
  }

  spec::Factors observed() const override {
    const PaddingSizes sizes = computation_->sizes();
    spec::Factors observed{{"operation", request_.operation},
                           {"pad", request_.pad},
                           {"logical", sizes.logical},
                           {"physical", sizes.physical}};
    // What the operation does not use is not in force either: it keeps the asked value, so that
    // one experiment can sweep all three operations with one set of parameters.
    for (const auto& [name, value] : unused())
      observed.set(name, value);
    computation_->observe(observed);
    observed.set("bytes_logical", sizes.logical_bytes);
    observed.set("bytes_physical", sizes.physical_bytes);
    observed.set("memory_overhead",
                 static_cast<double>(sizes.physical_bytes) /
                         static_cast<double>(std::max<std::int64_t>(sizes.logical_bytes, 1)) -
                     1);
    observe_threads(observed);
    return observed;
  }
  spec::Factors mechanism() const override { return computation_->mechanism(); }

  Work work() const override {
    const double multiply_adds = computation_->multiply_adds();
    return {.flops = 2 * multiply_adds,
            .bytes = static_cast<double>(computation_->sizes().physical_bytes),
            .units = multiply_adds};
  }

  Result<Verdict> verify() override {
    computation_->spoil();
    ASSAY_TRY_VOID(run(1));
    ASSAY_TRY(Verdict verdict, computation_->check(request_.pad == "inside"));
    verdict.method += ", at the logical width";
    return verdict;
  }

 private:
  std::vector<spec::Factors::Entry> unused() const {
    if (request_.operation == "sdpa") {
      return {{"m", request_.m}, {"width", request_.width}, {"library", request_.library}};
    }
    return {{"batch", request_.batch},
            {"heads", request_.heads},
            {"seq", request_.seq},
            {"implementation", request_.implementation}};
  }

  PaddingRequest request_;
  std::unique_ptr<PaddedComputation> computation_;
};

Result<PaddingRequest> read_request(const spec::Factors& asked) {
  PaddingRequest request;
  ASSAY_TRY(request.operation, asked.text("operation"));
  ASSAY_TRY(request.pad, asked.text("pad"));
  ASSAY_TRY(request.logical, asked.integer("logical"));
  ASSAY_TRY(request.physical, asked.integer("physical"));
  ASSAY_TRY(request.batch, asked.integer("batch"));
  ASSAY_TRY(request.heads, asked.integer("heads"));
  ASSAY_TRY(request.seq, asked.integer("seq"));
  ASSAY_TRY(request.m, asked.integer("m"));
  ASSAY_TRY(request.width, asked.integer("width"));
  ASSAY_TRY(request.dtype, asked.text("dtype"));
  ASSAY_TRY(request.library, asked.text("library"));
  ASSAY_TRY(request.implementation, asked.text("implementation"));
  if (request.physical < request.logical) {
    return Error::user("physical ({}) must be at least logical ({}): padding never shrinks",
                       request.physical, request.logical);
  }
  if (request.pad == "none" && request.physical != request.logical) {
    return Error::user(
        "pad: none calculates at the logical width: set physical to {} in that arm (got {})",
        request.logical, request.physical);
  }
  return request;
}

Result<Preparation> prepare_padding(const spec::Factors& asked, Bench& bench) {
  ASSAY_TRY(PaddingRequest request, read_request(asked));
  ASSAY_TRY(const std::optional<std::string> missing, missing_dtype(request.dtype));
  if (missing) return Preparation(Unsupported{*missing});
  if (bench.cache == measure::CacheState::kRotated) {
    return Preparation(
        Unsupported{"padding keeps one copy of its tensors: it cannot rotate; use "
                    "cache: flushed"});
  }
  kernels::set_threads(bench.threads);
  ASSAY_TRY(PaddedPreparation made, request.operation == "sdpa" ? make_padded_sdpa(request, bench)
                                                                : make_padded_gemm(request, bench));
  if (auto* unsupported = std::get_if<Unsupported>(&made)) return Preparation(*unsupported);
  auto computation = std::get<std::unique_ptr<PaddedComputation>>(std::move(made));
  if (request.pad == "outside") computation->pad();
  return Preparation(std::make_unique<PaddingArm>(std::move(request), std::move(computation)));
}

}  // namespace

WorkloadDefinition padding_workload() {
  WorkloadDefinition definition;
  definition.entry.name = "padding";
  definition.entry.about =
      "Attention or a product at a logical width, calculated at a padded physical one.";
  definition.entry.parameters = {
      choice_parameter("operation", "What is calculated; the products pad k or n.",
                       {"sdpa", "gemm_reduction", "gemm_projection"}),
      choice_parameter("pad",
                       "inside: padding and slicing are timed; outside: done before; none: "
                       "calculates at the logical width.",
                       {"inside", "outside", "none"}),
      integer_parameter("logical", "Width that the mathematics has.", 1),
      integer_parameter("physical", "Width that is calculated with.", 1),
      integer_parameter("batch", "sdpa: sequences.", 1, 1),
      integer_parameter("heads", "sdpa: heads of each.", 1, 8),
      integer_parameter("seq", "sdpa: queries and keys of a head.", 1, 512),
      integer_parameter("m", "Products: rows.", 1, 1024),
      integer_parameter("width", "Products: n of the reduction, k of the projection.", 1, 1024),
      choice_parameter("dtype", "Element type of all tensors.", {"f32", "f16", "bf16"}),
      choice_parameter("library", "Products: who multiplies.", gemm_libraries()),
      choice_parameter("implementation", "sdpa: which kernel.", sdpa_implementations())};
  definition.entry.check = [](const spec::Factors& factors) -> Result<void> {
    ASSAY_TRY_VOID(read_request(factors));
    return {};
  };
  definition.prepare = prepare_padding;
  return definition;
}

}  // namespace assay::workload
