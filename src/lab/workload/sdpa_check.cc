// SPDX-License-Identifier: MIT
#include "lab/workload/sdpa_check.h"

#include <vector>

#include "core/random.h"
#include "engine/kernels/reference/sdpa.h"
#include "engine/tensor/comparison.h"

namespace assay::workload {
namespace {

using kernels::SdpaKernel;
using kernels::SdpaRow;
using kernels::SdpaSizes;
using tensor::TensorView;

std::int64_t count_of(const SdpaSizes& sizes) {
  return sizes.batch * sizes.heads * sizes.seq_q * sizes.head_dim;
}

double full_error(const SdpaAnswer& answer, const SdpaSizes& sizes) {
  std::vector<double> want(static_cast<std::size_t>(count_of(sizes)));
  const TensorView<double> view(want.data(), answer.out.shape());
  sdpa_reference(answer.inputs, answer.options, view);
  return difference(answer.out, view).normalised;
}

/// The first and the last row, and others drawn.
std::vector<SdpaRow> draw_rows(const SdpaSizes& sizes, double budget, std::uint64_t seed) {
  const double per_row = 2 * static_cast<double>(sizes.seq_k * sizes.head_dim);
  const std::int64_t wanted =
      std::max<std::int64_t>(4, static_cast<std::int64_t>(budget / std::max(per_row, 1.0)));
  std::vector<SdpaRow> rows{{0, 0, 0}, {sizes.batch - 1, sizes.heads - 1, sizes.seq_q - 1}};
  Random random(seed);
  const auto below = [&](std::int64_t bound) {
    return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bound)));
  };
  while (std::ssize(rows) < wanted) {
    rows.push_back({below(sizes.batch), below(sizes.heads), below(sizes.seq_q)});
  }
  return rows;
}

/// All sampled rows as one matrix, so that one root mean square stands for them all.
double sampled_error(const SdpaAnswer& answer, const std::vector<SdpaRow>& rows) {
  std::vector<float> got;
  std::vector<double> want;
  for (const SdpaRow& row : rows) {
    const std::vector<double> exact = sdpa_reference_row(answer.inputs, answer.options, row);
    want.insert(want.end(), exact.begin(), exact.end());
    const TensorView<const float> computed = answer.out[row.batch][row.head][row.query];
    for (std::int64_t d = 0; d < computed.extent(0); ++d)
      got.push_back(computed.at(d));
  }
  const tensor::Dims shape{static_cast<std::int64_t>(got.size())};
  return difference({got.data(), shape}, TensorView<const double>(want.data(), shape)).normalised;
}

Result<double> error_against_other(const SdpaAnswer& answer, const SdpaSizes& sizes) {
  std::vector<float> want(static_cast<std::size_t>(count_of(sizes)));
  const TensorView<float> view(want.data(), answer.out.shape());
  const bool is_math = answer.other == SdpaKernel::kMath;
  const int threads = answer.options.threads;
  const std::int64_t size =
      is_math ? sdpa_math_scratch(sizes, threads) : sdpa_flash_scratch(sizes, threads);
  std::vector<float> scratch(static_cast<std::size_t>(size));
  if (is_math) {
    ASSAY_TRY_VOID(sdpa_math(answer.inputs, answer.options, view, scratch));
  } else {
    sdpa_flash(answer.inputs, answer.options, view, scratch);
  }
  return difference(answer.out, TensorView<const float>(view)).normalised;
}

}  // namespace

Result<Verdict> check_sdpa(const SdpaAnswer& answer, std::uint64_t seed,
                           const SdpaCheckBudget& budget) {
  const SdpaSizes sizes = sdpa_sizes(answer.inputs, answer.out.shape());
  const double cost = sdpa_multiply_adds(sizes, answer.options.causal);
  Verdict verdict;
  verdict.tolerance = sdpa_tolerance(answer.inputs, answer.options).normalised;
  if (cost <= budget.exact) {
    verdict.method = format("every element ({}) against fp64", to_text(answer.out.shape()));
    verdict.error = full_error(answer, sizes);
  } else {
    const std::vector<SdpaRow> rows = draw_rows(sizes, budget.exact, seed);
    verdict.method = format("{} of {} query rows against fp64", rows.size(),
                            sizes.batch * sizes.heads * sizes.seq_q);
    verdict.error = sampled_error(answer, rows);
    if (cost <= budget.other) {
      ASSAY_TRY(const double error, error_against_other(answer, sizes));
      // Two kernels may err in opposite directions: half of their distance is held to the bound.
      verdict.method += format(", and every element against {}", to_text(answer.other));
      verdict.error = std::max(verdict.error, error / 2);
    }
  }
  verdict.correct = verdict.error <= verdict.tolerance;
  return verdict;
}

}  // namespace assay::workload
