// SPDX-License-Identifier: MIT
#include "lab/workload/gemm.h"

#include "engine/kernels/threads.h"
#include "engine/tensor/dtype.h"
#include "lab/workload/gemm_call.h"
#include "lab/workload/gemm_check.h"
#include "lab/workload/operands.h"
#include "lab/workload/parameters.h"

namespace assay::workload {
namespace {

/// What was asked for, read once.
struct GemmRequest {
  kernels::GemmSizes sizes;
  kernels::Transposes transposes;
  std::int64_t ld_multiple = 1;
  std::int64_t ld_pad = 0;
  std::int64_t offset = 0;
  std::string dtype;
  std::string library;
  std::string cache;
};

Result<GemmRequest> read_request(const spec::Factors& asked) {
  GemmRequest request;
  ASSAY_TRY(request.sizes.m, asked.integer("m"));
  ASSAY_TRY(request.sizes.n, asked.integer("n"));
  ASSAY_TRY(request.sizes.k, asked.integer("k"));
  ASSAY_TRY(request.transposes.a, asked.flag("transpose_a"));
  ASSAY_TRY(request.transposes.b, asked.flag("transpose_b"));
  ASSAY_TRY(request.ld_multiple, asked.integer("ld_multiple"));
  ASSAY_TRY(request.ld_pad, asked.integer("ld_pad"));
  ASSAY_TRY(request.offset, asked.integer("offset"));
  ASSAY_TRY(request.dtype, asked.text("dtype"));
  ASSAY_TRY(request.library, asked.text("library"));
  ASSAY_TRY(request.cache, asked.text("cache"));
  return request;
}

struct GemmOperands {
  Operand a, b, c;
};

class GemmArm final : public PreparedArm {
 public:
  GemmArm(GemmRequest request, GemmOperands operands, GemmCall call, std::uint64_t seed)
      : request_(std::move(request)),
        operands_(std::move(operands)),
        call_(std::move(call)),
        seed_(seed) {}

  Result<void> run(std::int64_t times) override {
    for (std::int64_t i = 0; i < times; ++i) {
      ASSAY_TRY_VOID(call_.run(views(next_copy_)));
      next_copy_ = next_copy_ + 1 == operands_.a.copies() ? 0 : next_copy_ + 1;
    }
    return {};
  }

  spec::Factors observed() const override;
  spec::Factors mechanism() const override { return call_.mechanism(); }

  Work work() const override {
    const kernels::GemmSizes sizes = observed_sizes();
    const auto m = static_cast<double>(sizes.m);
    const auto n = static_cast<double>(sizes.n);
    const auto k = static_cast<double>(sizes.k);
    return {.flops = 2 * m * n * k, .bytes = 4 * (m * k + k * n + m * n), .units = m * n * k};
  }

  Result<Verdict> verify() override {
    operands_.c.spoil();
    next_copy_ = 0;
    ASSAY_TRY_VOID(run(1));
    const GemmCall::Operands first = views(0);
    Verdict verdict = check_gemm({first.a, first.b, call_.transposes(), first.c}, seed_);
    if (const std::int64_t outside = operands_.c.overwritten(); outside != 0) {
      verdict.correct = false;
      verdict.method += format("; {} elements outside of the output were written", outside);
    }
    return verdict;
  }

 private:
  GemmCall::Operands views(std::int64_t copy) const {
    return {operands_.a.view(copy), operands_.b.view(copy), operands_.c.view(copy)};
  }
  kernels::GemmSizes observed_sizes() const {
    const GemmCall::Operands first = views(0);
    return gemm_sizes(first.a.shape(), first.b.shape(), call_.transposes(), first.c.shape());
  }

  GemmRequest request_;
  GemmOperands operands_;
  GemmCall call_;
  std::uint64_t seed_;
  std::int64_t next_copy_ = 0;
};

/// What every leading dimension has above the row length rounded up to `multiple`; -1 where the
/// operands differ.
std::int64_t observed_pad(const GemmCall::Operands& operands, std::int64_t multiple) {
  const auto pad_of = [&](const auto& view) {
    return view.leading_dimension() - tensor::round_up(view.extent(1), multiple);
  };
  const std::int64_t pad = pad_of(operands.a);
  return pad_of(operands.b) == pad && pad_of(operands.c) == pad ? pad : -1;
}

spec::Factors GemmArm::observed() const {
  const GemmCall::Operands first = views(0);
  const kernels::GemmSizes sizes = observed_sizes();
  const std::int64_t pad = observed_pad(first, request_.ld_multiple);
  const std::int64_t offset = operands_.a.offset_bytes();
  const bool is_uniform =
      operands_.b.offset_bytes() == offset && operands_.c.offset_bytes() == offset;
  using Element = std::remove_const_t<decltype(first.a)::Element>;
  spec::Factors factors{
      {"m", sizes.m},
      {"n", sizes.n},
      {"k", sizes.k},
      {"transpose_a", call_.transposes().a},
      {"transpose_b", call_.transposes().b},
      {"ld_multiple", pad < 0 ? std::int64_t{0} : request_.ld_multiple},
      {"ld_pad", pad},
      {"lda", first.a.leading_dimension()},
      {"ldb", first.b.leading_dimension()},
      {"ldc", first.c.leading_dimension()},
      {"offset", is_uniform ? offset : std::int64_t{-1}},
      {"dtype", std::string(tensor::to_text(tensor::dtype_of<Element>()))},
      {"library", call_.library()},
      {"copies", operands_.a.copies()},
      {"cache",
       std::string(request_.cache == "rotated" && operands_.a.copies() > 1 ? "rotated"
                                                                           : "as_measured")}};
  for (const Operand* operand : {&operands_.a, &operands_.b, &operands_.c}) {
    operand->observe(factors);
  }
  observe_threads(factors);
  return factors;
}

Result<GemmOperands> place_operands(const GemmRequest& request, Bench& bench) {
  const auto layout_of = [&](std::int64_t rows, std::int64_t columns) {
    Layout layout = matrix_layout(rows, columns, request.ld_multiple, request.ld_pad);
    layout.offset_bytes = request.offset;
    return layout;
  };
  const auto& [m, n, k] = request.sizes;
  const Layout a = request.transposes.a ? layout_of(k, m) : layout_of(m, k);
  const Layout b = request.transposes.b ? layout_of(n, k) : layout_of(k, n);
  const Layout c = layout_of(m, n);
  std::int64_t total = 0;
  for (const Layout& layout : {a, b, c}) {
    ASSAY_TRY(const Bytes size, storage_size(layout.shape, layout.strides, tensor::DType::kF32));
    total += size.count();
  }
  const bool rotated = request.cache == "rotated" || bench.cache == measure::CacheState::kRotated;
  const std::int64_t copies = copies_to_rotate(rotated, Bytes(total));
  GemmOperands operands;
  ASSAY_TRY(operands.a, Operand::input(bench, "a", a, copies));
  ASSAY_TRY(operands.b, Operand::input(bench, "b", b, copies));
  ASSAY_TRY(operands.c, Operand::output(bench, "c", c, copies));
  return operands;
}

Result<Preparation> prepare_gemm(const spec::Factors& asked, Bench& bench) {
  ASSAY_TRY(GemmRequest request, read_request(asked));
  ASSAY_TRY(const std::optional<std::string> missing, missing_dtype(request.dtype));
  if (missing) return Preparation(Unsupported{*missing});
  kernels::set_threads(bench.threads);
  ASSAY_TRY(GemmOperands operands, place_operands(request, bench));
  ASSAY_TRY(GemmCall call,
            GemmCall::create(request.library, request.transposes,
                             {operands.a.view(), operands.b.view(), operands.c.view()}));
  return Preparation(std::make_unique<GemmArm>(std::move(request), std::move(operands),
                                               std::move(call), bench.seed));
}

}  // namespace

WorkloadDefinition gemm_workload() {
  WorkloadDefinition definition;
  definition.entry.name = "gemm";
  definition.entry.about = "One matrix product c[m, n] = op(a) * op(b) by a library.";
  definition.entry.parameters = {
      integer_parameter("m", "Rows of the output.", 1),
      integer_parameter("n", "Columns of the output.", 1),
      integer_parameter("k", "Length of the sums.", 1),
      flag_parameter("transpose_a", "a is stored as [k, m].", false),
      flag_parameter("transpose_b", "b is stored as [n, k].", false),
      integer_parameter("ld_multiple",
                        "Leading dimensions are rounded up to a multiple of so many elements.", 1,
                        1),
      integer_parameter("ld_pad", "Elements added to every leading dimension after that.", 0, 0),
      integer_parameter(
          "offset", "Bytes from the 64-byte aligned start of its memory to each operand.", 0, 0),
      choice_parameter("dtype", "Element type of a, b and c.", {"f32", "f16", "bf16"}),
      choice_parameter("cache",
                       "as_measured: what measure.cache says; rotated: every call works on another "
                       "copy of the operands, together twice the last-level cache.",
                       {"as_measured", "rotated"}),
      choice_parameter("library", "Who multiplies.", gemm_libraries())};
  definition.entry.check = [](const spec::Factors& factors) -> Result<void> {
    ASSAY_TRY(const std::int64_t offset, factors.integer("offset"));
    return check_offset(offset);
  };
  definition.prepare = prepare_gemm;
  return definition;
}

}  // namespace assay::workload
