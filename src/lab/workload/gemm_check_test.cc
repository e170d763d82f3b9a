// SPDX-License-Identifier: MIT
#include "lab/workload/gemm_check.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "core/random.h"
#include "engine/kernels/cpu/gemm.h"

namespace assay::workload {
namespace {

using tensor::TensorView;
using ::testing::HasSubstr;

/// A product that OpenBLAS calculated.
struct Product {
  Product(std::int64_t rows, std::int64_t columns, std::int64_t depth)
      : m(rows), n(columns), k(depth) {
    Random random(5);
    for (auto* matrix : {&a, &b}) {
      matrix->resize(static_cast<std::size_t>((matrix == &a ? m : n) * k));
      for (float& element : *matrix)
        element = static_cast<float>(random.uniform() * 2 - 1);
    }
    c.resize(static_cast<std::size_t>(m * n));
    const Result<void> done =
        kernels::gemm_openblas({a.data(), {m, k}}, {b.data(), {k, n}}, {}, {c.data(), {m, n}});
    EXPECT_TRUE(done.has_value());
  }
  GemmProduct view() const {
    return {{a.data(), {m, k}}, {b.data(), {k, n}}, {}, {c.data(), {m, n}}};
  }
  std::int64_t m, n, k;
  std::vector<float> a, b, c;
};

constexpr double kAlwaysFull = 1e300;
constexpr double kNeverFull = 0;

TEST(CheckGemm, AcceptsTheLibraryEitherWay) {
  const Product product(64, 107, 96);
  const Verdict full = check_gemm(product.view(), 1, kAlwaysFull);
  EXPECT_TRUE(full.correct) << full.error << " > " << full.tolerance;
  EXPECT_EQ(full.method, "every element (64 x 107) against fp64");
  const Verdict sampled = check_gemm(product.view(), 1, kNeverFull);
  EXPECT_TRUE(sampled.correct) << sampled.error << " > " << sampled.tolerance;
  EXPECT_EQ(sampled.method,
            "Freivalds' check in fp64 over all 64 x 107 elements, and 2 rows exactly");
}

/// The mutation test of the gate: any one element, wrong by a hundredth of a typical one.
TEST(CheckGemm, CatchesOneWrongElementAnywhere) {
  Product product(64, 107, 96);
  for (const std::size_t index : {std::size_t{0}, std::size_t{3000}, std::size_t{64 * 107 - 1}}) {
    const float right = product.c[index];
    product.c[index] += 0.05F;
    EXPECT_FALSE(check_gemm(product.view(), 1, kAlwaysFull).correct) << index;
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      EXPECT_FALSE(check_gemm(product.view(), seed, kNeverFull).correct) << index << " " << seed;
      EXPECT_GT(freivalds_error(product.view(), seed), 1e-4) << index << " " << seed;
    }
    product.c[index] = std::nanf("");
    EXPECT_FALSE(check_gemm(product.view(), 1, kAlwaysFull).correct) << index;
    EXPECT_FALSE(check_gemm(product.view(), 1, kNeverFull).correct) << index;
    product.c[index] = right;
  }
}

TEST(CheckGemm, CatchesTwoElementsThatChangedPlaces) {
  Product product(64, 107, 96);
  std::swap(product.c[200], product.c[201]);
  EXPECT_FALSE(check_gemm(product.view(), 1, kNeverFull).correct);
}

TEST(CheckGemm, ReadsTransposesAndNothing) {
  const Product product(12, 9, 7);
  // The same memory read as [k, m] and [n, k] is another product: it must be refused.
  GemmProduct other = product.view();
  other.a = {product.a.data(), {7, 12}};
  other.transposes.a = true;
  EXPECT_FALSE(check_gemm(other, 1, kNeverFull).correct);
  const GemmProduct empty{{nullptr, {0, 3}}, {nullptr, {3, 0}}, {}, {nullptr, {0, 0}}};
  EXPECT_TRUE(check_gemm(empty, 1).correct);
}

}  // namespace
}  // namespace assay::workload
