// SPDX-License-Identifier: MIT
#include "lab/workload/hetero_gemm.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "engine/kernels/cpu/pad.h"
#include "engine/kernels/threads.h"
#include "lab/workload/gemm_call.h"
#include "lab/workload/gemm_check.h"
#include "lab/workload/head_pattern.h"
#include "lab/workload/operands.h"
#include "lab/workload/parameters.h"

namespace assay::workload {
namespace {

using tensor::TensorView;

struct HeteroRequest {
  std::int64_t m = 0;
  std::int64_t k = 0;
  std::string pattern;
  std::string way;
  std::string library;
  std::vector<HeadGroup> groups;
};

Result<HeteroRequest> read_request(const spec::Factors& asked) {
  HeteroRequest request;
  ASSAY_TRY(request.m, asked.integer("m"));
  ASSAY_TRY(request.k, asked.integer("k"));
  ASSAY_TRY(request.pattern, asked.text("pattern"));
  ASSAY_TRY(request.way, asked.text("way"));
  ASSAY_TRY(request.library, asked.text("library"));
  ASSAY_TRY(request.groups, parse_head_pattern(request.pattern));
  return request;
}

/// One of the products that a way consists of.
struct Product {
  GemmCall call;
  GemmCall::Operands operands;
};

/// The memory of an arm, and the products over it.
struct HeteroPlan {
  Operand x;            ///< [m, k]
  Operand weights;      ///< [k, all heads]: the one truth, whatever a way makes of it.
  Operand way_weights;  ///< The same as this way wants them.
  Operand out;
  std::vector<TensorView<float>> heads;  ///< Where each head's output stands in `out`.
  std::vector<Product> products;
};

class HeteroArm final : public PreparedArm {
 public:
  HeteroArm(HeteroRequest request, HeteroPlan plan, const Bench& bench)
      : request_(std::move(request)),
        plan_(std::move(plan)),
        seed_(bench.seed),
        threads_(bench.threads) {}

  Result<void> run(std::int64_t times) override {
    for (std::int64_t i = 0; i < times; ++i) {
      ASSAY_TRY_VOID(request_.way == "batched" ? run_batched() : run_in_turn());
    }
    return {};
  }

  spec::Factors observed() const override;

  spec::Factors mechanism() const override {
    spec::Factors factors = plan_.products.front().call.mechanism();
    factors.set("products", std::ssize(plan_.products));
    factors.set("calculated_per_useful",
                static_cast<double>(plan_.out.view().extent(1)) / static_cast<double>(columns()));
    return factors;
  }

  Work work() const override {
    const auto m = static_cast<double>(plan_.x.view().extent(0));
    const auto k = static_cast<double>(plan_.x.view().extent(1));
    const auto n = static_cast<double>(columns());
    return {.flops = 2 * m * n * k, .bytes = 4 * (m * k + k * n + m * n), .units = m * n * k};
  }

  Result<Verdict> verify() override;

 private:
  Result<void> run_in_turn() {
    for (Product& product : plan_.products)
      ASSAY_TRY_VOID(product.call.run(product.operands));
    return {};
  }
  /// OpenBLAS works in one thread when it is called from inside a parallel region.
  Result<void> run_batched() {
    std::optional<Error> failure;
#pragma omp parallel for num_threads(threads_) schedule(dynamic, 1)
    for (std::size_t i = 0; i < plan_.products.size(); ++i) {
      const Result<void> done = plan_.products[i].call.run(plan_.products[i].operands);
      if (!done) {
#pragma omp critical(assay_hetero_failure)
        failure = done.error();
      }
    }
    if (failure) return *failure;
    return {};
  }
  std::vector<std::int64_t> observed_widths() const {
    std::vector<std::int64_t> widths;
    for (const TensorView<float>& head : plan_.heads)
      widths.push_back(head.extent(1));
    return widths;
  }
  std::int64_t columns() const {
    return plan_.weights.view().extent(1);
  }

  HeteroRequest request_;
  HeteroPlan plan_;
  std::uint64_t seed_;
  int threads_;
};

spec::Factors HeteroArm::observed() const {
  const std::vector<std::int64_t> widths = observed_widths();
  const bool is_asked = widths == widths_of(request_.groups);
  std::int64_t odd_rows = 0;
  for (const Product& product : plan_.products) {
    odd_rows += product.operands.b.leading_dimension() % 8 != 0 ? 1 : 0;
  }
  spec::Factors factors{{"m", plan_.x.view().extent(0)},
                        {"k", plan_.x.view().extent(1)},
                        {"pattern", is_asked ? request_.pattern : head_pattern_of(widths)},
                        {"way", request_.way},
                        {"library", plan_.products.front().call.library()},
                        {"heads", std::ssize(plan_.heads)},
                        {"columns", columns()},
                        {"products_with_rows_off_8", odd_rows},
                        {"ldc", plan_.out.view().leading_dimension()}};
  for (const Operand* operand : {&plan_.x, &plan_.way_weights, &plan_.out}) {
    operand->observe(factors);
  }
  observe_threads(factors);
  return factors;
}

/// Gathers what the way computed into one [m, all heads], whatever its own layout, and checks that.
Result<Verdict> HeteroArm::verify() {
  plan_.out.spoil();
  ASSAY_TRY_VOID(run(1));
  const std::int64_t m = plan_.x.view().extent(0);
  std::vector<float> gathered(static_cast<std::size_t>(m * columns()));
  const TensorView<float> all(gathered.data(), {m, columns()});
  std::int64_t column = 0;
  for (const TensorView<float>& head : plan_.heads) {
    kernels::pad(head, all.narrow(1, column, head.extent(1)), threads_);
    column += head.extent(1);
  }
  Verdict verdict = check_gemm({plan_.x.view(), plan_.weights.view(), {}, all}, seed_);
  if (const std::int64_t outside = plan_.out.overwritten(); outside != 0) {
    verdict.correct = false;
    verdict.method += format("; {} elements outside of the output were written", outside);
  }
  return verdict;
}

/// A product of its own for `columns` adjacent columns: its weights dense in `memory`.
Result<Product> make_product(const HeteroRequest& request, const HeteroPlan& plan, float* memory,
                             std::int64_t column, std::int64_t columns) {
  const TensorView<float> weights(memory, {request.k, columns});
  kernels::pad(plan.weights.view().narrow(1, column, columns), weights, 1);
  const GemmCall::Operands operands{plan.x.view(), weights,
                                    plan.out.view().narrow(1, column, columns)};
  ASSAY_TRY(GemmCall call, GemmCall::create(request.library, {}, operands));
  return Product{std::move(call), operands};
}

/// One product for every `widths` entry, weights dense one behind the other, outputs side by side.
Result<void> plan_separate(const HeteroRequest& request, const std::vector<std::int64_t>& widths,
                           Bench& bench, HeteroPlan& plan) {
  const std::int64_t total = plan.weights.view().extent(1);
  // Sizes are part of the role: two arms of a trial must not lay theirs over one memory.
  const std::string role = format("weights_{}x_{}", request.k, head_pattern_of(widths));
  ASSAY_TRY(plan.way_weights, Operand::input(bench, role, matrix_layout(request.k, total)));
  ASSAY_TRY(plan.out, Operand::output(bench, "out", matrix_layout(request.m, total)));
  std::int64_t column = 0;
  for (const std::int64_t width : widths) {
    float* memory = plan.way_weights.view().data() + request.k * column;
    ASSAY_TRY(Product product, make_product(request, plan, memory, column, width));
    plan.products.push_back(std::move(product));
    column += width;
  }
  column = 0;
  for (const std::int64_t width : widths_of(request.groups)) {
    plan.heads.push_back(plan.out.view().narrow(1, column, width));
    column += width;
  }
  return {};
}

Result<void> plan_padded(const HeteroRequest& request, const std::vector<std::int64_t>& widths,
                         Bench& bench, HeteroPlan& plan) {
  const std::int64_t widest = *std::ranges::max_element(widths);
  const std::int64_t columns = widest * std::ssize(widths);
  const std::string role = format("weights_{}x_{}_padded", request.k, head_pattern_of(widths));
  ASSAY_TRY(plan.way_weights, Operand::input(bench, role, matrix_layout(request.k, columns)));
  ASSAY_TRY(plan.out, Operand::output(bench, "out_padded", matrix_layout(request.m, columns)));
  std::int64_t from = 0;
  std::int64_t to = 0;
  for (const std::int64_t width : widths) {
    kernels::pad(plan.weights.view().narrow(1, from, width),
                 plan.way_weights.view().narrow(1, to, widest), 1);
    plan.heads.push_back(plan.out.view().narrow(1, to, width));
    from += width;
    to += widest;
  }
  const GemmCall::Operands operands{plan.x.view(), plan.way_weights.view(), plan.out.view()};
  ASSAY_TRY(GemmCall call, GemmCall::create(request.library, {}, operands));
  plan.products.push_back({std::move(call), operands});
  return {};
}

Result<HeteroPlan> make_plan(const HeteroRequest& request, Bench& bench) {
  const std::vector<std::int64_t> widths = widths_of(request.groups);
  const std::int64_t total = std::accumulate(widths.begin(), widths.end(), std::int64_t{0});
  HeteroPlan plan;
  ASSAY_TRY(plan.x, Operand::input(bench, "x", matrix_layout(request.m, request.k)));
  ASSAY_TRY(plan.weights, Operand::input(bench, "weights", matrix_layout(request.k, total)));
  if (request.way == "padded_max") {
    ASSAY_TRY_VOID(plan_padded(request, widths, bench, plan));
    return plan;
  }
  std::vector<std::int64_t> product_widths = widths;
  if (request.way == "per_group") {
    product_widths.clear();
    for (const HeadGroup& group : request.groups) {
      product_widths.push_back(group.width * group.count);
    }
  }
  ASSAY_TRY_VOID(plan_separate(request, product_widths, bench, plan));
  return plan;
}

Result<Preparation> prepare_hetero(const spec::Factors& asked, Bench& bench) {
  ASSAY_TRY(HeteroRequest request, read_request(asked));
  if (bench.cache == measure::CacheState::kRotated) {
    return Preparation(
        Unsupported{"hetero_gemm keeps one copy of its weights: it cannot rotate; "
                    "use cache: flushed"});
  }
  if (request.way == "batched" && request.library == "onednn") {
    return Preparation(
        Unsupported{"batched runs one product per thread; a oneDNN primitive is "
                    "made for the whole pool and shares its scratch memory"});
  }
  kernels::set_threads(bench.threads);
  ASSAY_TRY(HeteroPlan plan, make_plan(request, bench));
  return Preparation(std::make_unique<HeteroArm>(std::move(request), std::move(plan), bench));
}

}  // namespace

WorkloadDefinition hetero_gemm_workload() {
  WorkloadDefinition definition;
  definition.entry.name = "hetero_gemm";
  definition.entry.about = "A projection into heads of unequal widths, in four ways.";
  spec::Parameter pattern =
      text_parameter("pattern", "Widths of the heads, WIDTHxCOUNT joined by +.", "128x8");
  pattern.check = [](const std::string& text) -> Result<void> {
    ASSAY_TRY_VOID(parse_head_pattern(text));
    return {};
  };
  definition.entry.parameters = {
      integer_parameter("m", "Rows of the input.", 1),
      integer_parameter("k", "Columns of the input.", 1), pattern,
      choice_parameter("way",
                       "per_head: one product each; per_group: one per run of equal widths; "
                       "padded_max: one for all, padded to the widest; batched: heads divided "
                       "among the threads.",
                       {"per_head", "per_group", "padded_max", "batched"}),
      choice_parameter("library", "Who multiplies.", gemm_libraries())};
  definition.prepare = prepare_hetero;
  return definition;
}

}  // namespace assay::workload
