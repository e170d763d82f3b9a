// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/packed_linear.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "core/random.h"
#include "engine/kernels/cpu/linear_vector.h"
#include "engine/kernels/reference/gemm.h"
#include "engine/tensor/comparison.h"

namespace assay::kernels {
namespace {

using tensor::Dims;
using tensor::DType;
using tensor::TensorView;

constexpr float kCanary = -12345.0F;
constexpr std::int64_t kGuard = 64;

std::vector<float> numbers(std::int64_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values)
    value = static_cast<float>(random.uniform() * 2 - 1);
  return values;
}

/// [rows, columns] with rows `pad` further apart, canaries between and around them.
struct GuardedMatrix {
  GuardedMatrix(std::int64_t rows, std::int64_t columns, std::int64_t pad)
      : memory(static_cast<std::size_t>(rows * (columns + pad) + 2 * kGuard), kCanary),
        view(memory.data() + kGuard, {rows, columns}, {columns + pad, 1}) {}

  void fill(std::uint64_t seed) {
    Random random(seed);
    for (std::int64_t i = 0; i < view.extent(0); ++i) {
      for (std::int64_t j = 0; j < view.extent(1); ++j)
        view.at(i, j) = static_cast<float>(random.uniform() * 2 - 1);
    }
  }
  std::int64_t canaries() const { return std::count(memory.begin(), memory.end(), kCanary); }

  std::vector<float> memory;
  TensorView<float> view;
};

/// A weight in its packed form, and the same numbers as f32.
struct Weight {
  Weight(DType stored, std::int64_t n, std::int64_t k) : scales(numbers(n, 9)) {
    const std::vector<float> values = numbers(n * k, 2);
    memory.resize(static_cast<std::size_t>(packed_weight_bytes(stored, n, k)));
    if (stored == DType::kI8) {
      std::vector<std::int8_t> integers(values.size());
      for (std::size_t i = 0; i < values.size(); ++i)
        integers[i] = static_cast<std::int8_t>(std::lround(values[i] * 127));
      pack_weight(tensor::dense_view(std::as_const(integers).data(), {stored, {n, k}}), stored,
                  memory);
    } else {
      pack_weight(tensor::dense_view(values.data(), {DType::kF32, {n, k}}), stored, memory);
    }
    packed = {memory.data(), stored, n, k, stored == DType::kI8 ? scales.data() : nullptr};
    plain.resize(values.size());
    for (std::int64_t j = 0; j < n; ++j)
      unpack_weight_row(packed, j, {plain.data() + j * k, static_cast<std::size_t>(k)});
  }

  std::vector<float> scales;
  std::vector<std::byte> memory;
  std::vector<float> plain;
  PackedWeight packed;
};

struct Problem {
  std::int64_t m, n, k;
  DType stored = DType::kF32;
  Activation activation = Activation::kNone;
  bool has_bias = false;
  bool has_residual = false;
};

std::string to_text(const Problem& p) {
  return format("m={} n={} k={} {} {} bias={} residual={}", p.m, p.n, p.k,
                tensor::to_text(p.stored), to_text(p.activation), p.has_bias, p.has_residual);
}

/// One product in every way: the reference once, then each blocking with each number of threads.
void expect_agreement(const Problem& p, std::vector<LinearBlocking> blockings) {
  SCOPED_TRACE(to_text(p));
  GuardedMatrix x(p.m, p.k, 3), residual(p.m, p.n, 5);
  x.fill(1);
  residual.fill(3);
  const Weight weight(p.stored, p.n, p.k);
  const std::vector<float> bias = numbers(p.n, 4);
  std::vector<double> want(static_cast<std::size_t>(p.m * p.n));
  gemm_reference(x.view, TensorView<const float>(weight.plain.data(), {p.n, p.k}),
                 {.a = false, .b = true}, TensorView<double>(want.data(), {p.m, p.n}));
  double squares = 0;
  for (std::int64_t i = 0; i < p.m * p.n; ++i) {
    double& element = want[static_cast<std::size_t>(i)];
    if (p.has_bias) element += static_cast<double>(bias[static_cast<std::size_t>(i % p.n)]);
    squares += element * element;
    element = activate_exactly(p.activation, element);
    if (p.has_residual) element += static_cast<double>(residual.view.at(i / p.n, i % p.n));
  }
  // Rounding of the sum, times the steepest slope of an activation, and that of what follows.
  const double rms = std::sqrt(squares / std::max<double>(1, static_cast<double>(p.m * p.n)));
  const double allowed = 1.2 * tensor::tolerance_for(DType::kF32, p.k).normalised * rms + 1e-6;
  LinearEpilogue epilogue{.bias = p.has_bias ? bias.data() : nullptr, .activation = p.activation};
  if (p.has_residual) epilogue.residual = residual.view;
  for (const LinearBlocking& blocking : blockings) {
    for (const int threads : {1, 2, 3}) {
      SCOPED_TRACE(to_text(blocking));
      GuardedMatrix y(p.m, p.n, 7);
      const std::int64_t bytes = packed_linear_scratch(weight.packed, blocking, threads);
      std::vector<std::byte> scratch(static_cast<std::size_t>(bytes) + 2 * kGuard, std::byte{0x5A});
      packed_linear(x.view, weight.packed, epilogue, y.view, blocking,
                    {scratch.data() + kGuard, static_cast<std::size_t>(bytes)}, threads);
      const auto difference =
          tensor::difference(y.view, TensorView<const double>(want.data(), {p.m, p.n}));
      EXPECT_LE(difference.max_absolute, allowed) << "element " << difference.worst;
      EXPECT_EQ(y.canaries(), std::ssize(y.memory) - p.m * p.n) << "wrote outside of y";
      EXPECT_EQ(std::count(scratch.begin(), scratch.begin() + kGuard, std::byte{0x5A}), kGuard);
      EXPECT_EQ(std::count(scratch.end() - kGuard, scratch.end(), std::byte{0x5A}), kGuard);
    }
  }
}

std::vector<LinearBlocking> blockings_of(const Problem& p) {
  std::vector<LinearBlocking> all = blocking_candidates(p.m, p.n, p.k, 2);
  all.push_back({.rows = 5, .columns = 48, .depth = 16});
  all.push_back({.rows = 64, .columns = 16, .depth = 7});
  if (p.m <= kStreamRows) all.push_back({.is_stream = true, .rows = 1, .columns = 16, .depth = 1});
  return all;
}

class EveryStorage : public ::testing::TestWithParam<DType> {};

TEST_P(EveryStorage, AgreesWithTheReferenceAndStaysInside) {
  for (const std::int64_t m : {1, 2, 3, 4, 5, 6, 7, 12, 13, 29}) {
    for (const std::int64_t n : {1, 15, 16, 17, 33, 100}) {
      for (const std::int64_t k : {1, 8, 37}) {
        const Problem problem{m, n, k, GetParam()};
        expect_agreement(problem, blockings_of(problem));
      }
    }
  }
}

TEST_P(EveryStorage, FinishesWithBiasActivationAndResidual) {
  for (const std::string& name : activation_names()) {
    for (const std::int64_t m : {3, 26}) {
      for (const bool has_bias : {false, true}) {
        const Problem problem{
            m, 70, 40, GetParam(), *parse_activation(name), has_bias, !has_bias || m == 26};
        expect_agreement(problem, blockings_of(problem));
      }
    }
  }
}

TEST_P(EveryStorage, NothingToDoAndNothingToAdd) {
  for (const Problem& problem : {Problem{0, 5, 3, GetParam()}, Problem{5, 0, 3, GetParam()},
                                 Problem{4, 20, 0, GetParam(), Activation::kRelu, true},
                                 Problem{9, 20, 0, GetParam(), Activation::kNone, true, true},
                                 Problem{9, 20, 0, GetParam()}}) {
    expect_agreement(problem, blockings_of(problem));
  }
}

TEST_P(EveryStorage, LargeEnoughToBeCutByDefault) {
  for (const Problem& problem :
       {Problem{197, 384, 1100, GetParam(), Activation::kGelu, true, false},
        Problem{1, 1000, 3072, GetParam(), Activation::kNone, true, true}}) {
    expect_agreement(problem, {default_blocking(problem.m, problem.n, problem.k, 1),
                               default_blocking(problem.m, problem.n, problem.k, 2)});
  }
}

INSTANTIATE_TEST_SUITE_P(PackedLinear, EveryStorage,
                         ::testing::Values(DType::kF32, DType::kF16, DType::kBf16, DType::kI8),
                         [](const auto& instance) {
                           return std::string(tensor::to_text(instance.param));
                         });

TEST(PackedLinear, DoesNotSwallowANaN) {
  GuardedMatrix x(8, 30, 0), y(8, 40, 0);
  x.fill(1);
  x.view.at(5, 29) = std::nanf("");
  const Weight weight(DType::kF32, 40, 30);
  packed_linear(x.view, weight.packed, {}, y.view, default_blocking(8, 40, 30, 1), {}, 1);
  EXPECT_TRUE(std::isnan(y.view.at(5, 39)));
  EXPECT_FALSE(std::isnan(y.view.at(4, 39)));
}

TEST(PackedLinearDeathTest, WhatDoesNotFitIsABug) {
  GuardedMatrix x(8, 30, 0), y(8, 40, 0);
  const Weight weight(DType::kF16, 40, 30);
  const LinearBlocking blocking = default_blocking(8, 40, 30, 1);
  EXPECT_DEATH(packed_linear(x.view, weight.packed, {}, y.view, blocking, {}, 1), "scratch");
  EXPECT_DEATH(packed_linear(y.view, weight.packed, {}, y.view, blocking, {}, 1), "agree in k");
  EXPECT_DEATH(packed_linear(x.view, weight.packed, {}, x.view, blocking, {}, 1), "agree in n");
  EXPECT_DEATH(
      packed_linear(x.view, weight.packed, {}, y.view, {.is_stream = true, .rows = 1}, {}, 1),
      "few rows");
}

}  // namespace
}  // namespace assay::kernels
