// SPDX-License-Identifier: MIT
#include "lab/workload/sdpa_check.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "core/random.h"

namespace assay::workload {
namespace {

using kernels::SdpaKernel;
using kernels::SdpaSizes;
using tensor::TensorView;

/// An attention that flash calculated: 2 heads of 70 queries over 90 keys of 24.
struct Attention {
  Attention() : q(3360), k(4320), v(4320), out(3360) {
    Random random(9);
    for (auto* tensor : {&q, &k, &v}) {
      for (float& element : *tensor)
        element = static_cast<float>(random.uniform() * 2 - 1);
    }
    const SdpaSizes sizes{1, 2, 70, 90, 24};
    std::vector<float> scratch(static_cast<std::size_t>(sdpa_flash_scratch(sizes, 1)));
    const SdpaAnswer answer = view();
    sdpa_flash(answer.inputs, answer.options, {out.data(), {1, 2, 70, 24}}, scratch);
  }
  SdpaAnswer view() const {
    return {{{q.data(), {1, 2, 70, 24}}, {k.data(), {1, 2, 90, 24}}, {v.data(), {1, 2, 90, 24}}},
            {.scale = 0.2F, .threads = 1},
            {out.data(), {1, 2, 70, 24}},
            SdpaKernel::kMath};
  }
  std::vector<float> q, k, v, out;
};

constexpr SdpaCheckBudget kSampled{.exact = 0, .other = 1e300};
constexpr SdpaCheckBudget kRowsOnly{.exact = 0, .other = 0};

TEST(CheckSdpa, AcceptsTheKernelEveryWay) {
  const Attention attention;
  struct Case {
    SdpaCheckBudget budget;
    std::string method;
  };
  for (const Case& c :
       {Case{{}, "every element (1x2x70x24) against fp64"},
        Case{kSampled, "4 of 140 query rows against fp64, and every element against math"},
        Case{kRowsOnly, "4 of 140 query rows against fp64"}}) {
    const Result<Verdict> verdict = check_sdpa(attention.view(), 1, c.budget);
    ASSERT_TRUE(verdict.has_value());
    EXPECT_TRUE(verdict->correct) << verdict->error << " > " << verdict->tolerance;
    EXPECT_EQ(verdict->method, c.method);
  }
}

TEST(CheckSdpa, CatchesOneWrongElementAnywhere) {
  Attention attention;
  for (const std::size_t index : {std::size_t{0}, std::size_t{1700}, std::size_t{3359}}) {
    const float right = attention.out[index];
    for (const float wrong : {right + 0.01F, std::nanf("")}) {
      attention.out[index] = wrong;
      EXPECT_FALSE(check_sdpa(attention.view(), 1)->correct) << index;
      EXPECT_FALSE(check_sdpa(attention.view(), 1, kSampled)->correct) << index;
    }
    attention.out[index] = right;
  }
}

TEST(CheckSdpa, AnotherScaleIsAnotherFunction) {
  const Attention attention;
  SdpaAnswer answer = attention.view();
  answer.options.scale = 0.19F;
  EXPECT_FALSE(check_sdpa(answer, 1)->correct);
  EXPECT_FALSE(check_sdpa(answer, 1, kRowsOnly)->correct);
}

}  // namespace
}  // namespace assay::workload
