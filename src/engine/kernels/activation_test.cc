// SPDX-License-Identifier: MIT
#include "engine/kernels/activation.h"

#include <gmock/gmock.h>

#include <cmath>

namespace assay::kernels {
namespace {

TEST(Activation, NamesParseBack) {
  const std::vector<std::string> names = activation_names();
  EXPECT_THAT(names, ::testing::ElementsAre("none", "relu", "gelu", "gelu_tanh", "silu", "tanh",
                                            "sigmoid"));
  for (const std::string& name : names) {
    const std::optional<Activation> parsed = parse_activation(name);
    ASSERT_TRUE(parsed) << name;
    EXPECT_EQ(to_text(*parsed), name);
  }
  for (const char* wrong : {"", "GELU", "gelu ", "swish"})
    EXPECT_FALSE(parse_activation(wrong)) << wrong;
}

TEST(Activation, KnownValues) {
  struct Case {
    Activation activation;
    double x;
    double want;
  };
  for (const Case& c :
       {Case{Activation::kNone, -3, -3}, Case{Activation::kRelu, -3, 0},
        Case{Activation::kRelu, 2, 2}, Case{Activation::kGelu, 1, 0.8413447460685},
        Case{Activation::kGelu, -1, -0.1586552539315},
        Case{Activation::kGeluTanh, 1, 0.8411919906083},
        Case{Activation::kSilu, 1, 0.7310585786300}, Case{Activation::kTanh, 0.5, 0.4621171572600},
        Case{Activation::kSigmoid, 0, 0.5}}) {
    EXPECT_NEAR(activate_exactly(c.activation, c.x), c.want, 1e-12) << to_text(c.activation);
  }
}

TEST(Activation, LetsNaNThrough) {
  for (const std::string& name : activation_names()) {
    EXPECT_TRUE(std::isnan(activate_exactly(*parse_activation(name), std::nan("")))) << name;
  }
}

}  // namespace
}  // namespace assay::kernels
