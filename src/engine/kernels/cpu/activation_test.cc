// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/activation.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <vector>

namespace assay::kernels {
namespace {

std::vector<float> grid() {
  std::vector<float> x;
  for (int i = -100'000; i <= 100'000; ++i)
    x.push_back(static_cast<float>(i) * 1e-3F);
  for (int e = -30; e < 0; ++e) {
    for (const float sign : {-1.0F, 1.0F})
      x.push_back(sign * std::ldexp(1.37F, e));
  }
  x.push_back(0);
  return x;
}

double unit_of(double y) {
  return std::ldexp(1.0, std::max(std::ilogb(y), -126) - 23);
}

/// What the header promises for each.
double bound(Activation activation, double x, double exact) {
  switch (activation) {
    case Activation::kNone:
    case Activation::kRelu:
      return 0;
    case Activation::kGelu:
    case Activation::kGeluTanh:
      return std::abs(x) * 0x1p-22;
    case Activation::kSilu:
    case Activation::kSigmoid:
      return exact == 0 ? 0 : 4 * unit_of(exact) + (x < -80 ? 1e-33 : 0);
    case Activation::kTanh:
      return exact == 0 ? 0 : 4 * unit_of(exact);
  }
  return 0;
}

class EveryActivation : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryActivation, StaysWithinItsErrorBound) {
  const Activation activation = *parse_activation(GetParam());
  const std::vector<float> x = grid();
  std::vector<float> y(x.size());
  activate(activation, x, y, 1);
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto input = static_cast<double>(x[i]);
    const double exact = activate_exactly(activation, input);
    const double error = std::abs(static_cast<double>(y[i]) - exact);
    const double allowed = bound(activation, input, exact);
    ASSERT_LE(error, allowed) << GetParam() << "(" << x[i] << ") = " << y[i] << ", not " << exact;
    worst = std::max(worst, error);
  }
  const bool is_exact = activation == Activation::kNone || activation == Activation::kRelu;
  EXPECT_EQ(worst == 0, is_exact) << "a float cannot be that exact";
}

TEST_P(EveryActivation, TakesTheEndsOfTheNumberLine) {
  const Activation activation = *parse_activation(GetParam());
  const float huge = std::numeric_limits<float>::max();
  std::vector<float> y{huge, -huge, HUGE_VALF, std::nanf(""), 1.0F};
  activate_row(activation, y);
  EXPECT_FALSE(std::isnan(y[0]));
  EXPECT_FALSE(std::isnan(y[1]));
  EXPECT_FALSE(std::isnan(y[2]));
  EXPECT_TRUE(std::isnan(y[3]));
  EXPECT_TRUE(std::isfinite(y[4]));
}

TEST_P(EveryActivation, EveryLengthStaysInsideAndAgrees) {
  const Activation activation = *parse_activation(GetParam());
  constexpr float kCanary = -12345.0F;
  for (std::size_t count = 0; count <= 70; ++count) {
    std::vector<float> y(count + 2, kCanary);
    std::vector<float> residual(count);
    for (std::size_t i = 0; i < count; ++i) {
      y[i + 1] = static_cast<float>(i) * 0.1F - 3;
      residual[i] = static_cast<float>(i);
    }
    activate_and_add_row(activation, {y.data() + 1, count}, residual.data());
    EXPECT_EQ(y.front(), kCanary);
    EXPECT_EQ(y.back(), kCanary);
    for (std::size_t i = 0; i < count; ++i) {
      const auto x = static_cast<double>(static_cast<float>(i) * 0.1F - 3);
      const double want = activate_exactly(activation, x) + static_cast<double>(i);
      EXPECT_NEAR(static_cast<double>(y[i + 1]), want, 1e-5) << count << " " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cpu, EveryActivation, ::testing::ValuesIn(activation_names()),
                         [](const auto& instance) { return instance.param; });

TEST(Activate, ThreadsDivideWithoutGapsAndOverlaps) {
  for (const std::size_t count : {0U, 1U, 4095U, 4096U, 12289U}) {
    std::vector<float> x(count), y(count + 1, 77.0F);
    for (std::size_t i = 0; i < count; ++i)
      x[i] = static_cast<float>(i % 997) - 500;
    activate(Activation::kRelu, x, {y.data(), count}, 2);
    for (std::size_t i = 0; i < count; ++i)
      ASSERT_EQ(y[i], std::max(x[i], 0.0F)) << count << " " << i;
    EXPECT_EQ(y.back(), 77.0F);
  }
}

}  // namespace
}  // namespace assay::kernels
