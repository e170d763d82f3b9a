// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/gemm.h"

#include <gmock/gmock.h>

#include <functional>
#include <limits>
#include <vector>

#include "core/random.h"
#include "engine/kernels/reference/gemm.h"
#include "engine/kernels/threads.h"
#include "engine/tensor/comparison.h"

namespace assay::kernels {
namespace {

using tensor::Dims;
using tensor::TensorView;

constexpr float kCanary = -12345.0F;
constexpr std::int64_t kGuard = 32;  ///< Elements in front of and behind every output.

/// A matrix in memory of its own: guard zones around it, canaries between its rows.
struct GuardedMatrix {
  GuardedMatrix(std::int64_t rows, std::int64_t columns, std::int64_t pad)
      : stride(columns + pad),
        memory(static_cast<std::size_t>(rows * stride + 2 * kGuard), kCanary),
        view(memory.data() + kGuard, Dims{rows, columns}, Dims{stride, 1}) {}

  void fill(Random& random) {
    for (std::int64_t i = 0; i < view.extent(0); ++i) {
      for (std::int64_t j = 0; j < view.extent(1); ++j) {
        view.at(i, j) = static_cast<float>(random.uniform() * 2 - 1);
      }
    }
  }
  std::int64_t canaries() const { return std::count(memory.begin(), memory.end(), kCanary); }

  std::int64_t stride;
  std::vector<float> memory;
  TensorView<float> view;
};

struct Problem {
  std::int64_t m, n, k;
  std::int64_t pad;
  Transposes transposes;
};

std::string to_text(const Problem& p) {
  return format("m={} n={} k={} pad={} ta={} tb={}", p.m, p.n, p.k, p.pad, p.transposes.a,
                p.transposes.b);
}

std::vector<Problem> problems() {
  const std::vector<std::array<std::int64_t, 3>> sizes{
      {1, 1, 1},     {1, 17, 5},      {17, 1, 5}, {7, 9, 1}, {16, 16, 16},
      {13, 29, 107}, {5, 0, 3},       {0, 5, 3},  {5, 3, 0}, {31, 107, 112},
      {64, 96, 33},  {107, 107, 107}, {3, 200, 2}};
  std::vector<Problem> all;
  for (const auto& [m, n, k] : sizes) {
    for (const std::int64_t pad : {0, 5}) {
      for (const bool ta : {false, true}) {
        for (const bool tb : {false, true})
          all.push_back({m, n, k, pad, {ta, tb}});
      }
    }
  }
  return all;
}

using Gemm = std::function<Result<void>(TensorView<const float>, TensorView<const float>,
                                        Transposes, TensorView<float>)>;

Result<void> gemm_onednn(TensorView<const float> a, TensorView<const float> b,
                         Transposes transposes, TensorView<float> c) {
  ASSAY_TRY(OnednnGemm gemm, OnednnGemm::create(a, b, transposes, c));
  return gemm.run(a.data(), b.data(), c.data());
}

struct Kernel {
  std::string name;
  Gemm gemm;
};

class GemmConformance : public ::testing::TestWithParam<Kernel> {};

TEST_P(GemmConformance, AgreesWithTheReferenceAndStaysInside) {
  Random random(11);
  for (const int threads : {1, 2}) {
    set_threads(threads);
    for (const Problem& p : problems()) {
      SCOPED_TRACE(to_text(p));
      GuardedMatrix a(p.transposes.a ? p.k : p.m, p.transposes.a ? p.m : p.k, p.pad);
      GuardedMatrix b(p.transposes.b ? p.n : p.k, p.transposes.b ? p.k : p.n, p.pad);
      GuardedMatrix c(p.m, p.n, p.pad);
      a.fill(random);
      b.fill(random);
      std::vector<double> want(static_cast<std::size_t>(p.m * p.n));
      const TensorView<double> want_view(want.data(), {p.m, p.n});
      gemm_reference(a.view, b.view, p.transposes, want_view);
      const Result<void> ran = GetParam().gemm(a.view, b.view, p.transposes, c.view);
      ASSERT_TRUE(ran.has_value()) << ran.error().to_string();
      EXPECT_LE(tensor::difference(c.view, want_view).normalised,
                tensor::tolerance_for(tensor::DType::kF32, p.k).normalised);
      EXPECT_EQ(c.canaries(), static_cast<std::int64_t>(c.memory.size()) - p.m * p.n)
          << "wrote outside of its output";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Libraries, GemmConformance,
                         ::testing::Values(Kernel{"openblas", gemm_openblas},
                                           Kernel{"onednn", gemm_onednn}),
                         [](const auto& instance) { return instance.param.name; });

TEST(OpenblasGemm, RefusesSizesBeyondItsIntegers) {
  const std::int64_t huge = std::int64_t{1} << 32;
  const Result<void> ran =
      gemm_openblas({nullptr, {1, huge}}, {nullptr, {huge, 1}}, {}, {nullptr, {1, 1}});
  ASSERT_FALSE(ran.has_value());
  EXPECT_EQ(ran.error().message(), "OpenBLAS counts in 32 bits: size 4294967296 does not fit");
}

TEST(OpenblasBuild, NamesItsKernelsAndIsTheOpenmpBuild) {
  const OpenblasBuild build = openblas_build();
  EXPECT_FALSE(build.core.empty());
  EXPECT_THAT(build.config, ::testing::HasSubstr("OpenBLAS " + build.version));
  EXPECT_THAT(build.config, ::testing::HasSubstr("USE_OPENMP"));
}

TEST(OnednnGemm, NamesItsImplementationAndTakesOtherMemory) {
  Random random(3);
  GuardedMatrix a(20, 30, 0);
  GuardedMatrix b(30, 10, 0);
  GuardedMatrix c(20, 10, 0);
  GuardedMatrix other(20, 10, 0);
  a.fill(random);
  b.fill(random);
  Result<OnednnGemm> gemm = OnednnGemm::create(a.view, b.view, {}, c.view);
  ASSERT_TRUE(gemm.has_value());
  EXPECT_THAT(gemm->implementation(), ::testing::Not(::testing::IsEmpty()));
  EXPECT_THAT(onednn_version(), ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  ASSERT_TRUE(gemm->run(a.view.data(), b.view.data(), c.view.data()));
  ASSERT_TRUE(gemm->run(a.view.data(), b.view.data(), other.view.data()));
  EXPECT_EQ(c.memory, other.memory);
}

}  // namespace
}  // namespace assay::kernels
