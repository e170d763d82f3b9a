// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/sdpa.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <vector>

#include "core/random.h"
#include "engine/kernels/reference/sdpa.h"
#include "engine/kernels/threads.h"
#include "engine/tensor/comparison.h"

namespace assay::kernels {
namespace {

using tensor::Dims;
using tensor::TensorView;

constexpr float kCanary = -12345.0F;
constexpr std::int64_t kGuard = 64;

/// [batch, heads, seq, head_dim] with rows `pad` elements apart, between guard zones.
struct GuardedTensor {
  GuardedTensor(const Dims& shape, std::int64_t pad)
      : strides{shape[1] * shape[2] * (shape[3] + pad), shape[2] * (shape[3] + pad), shape[3] + pad,
                1},
        memory(static_cast<std::size_t>(shape[0] * strides[0] + 2 * kGuard), kCanary),
        view(memory.data() + kGuard, shape, strides) {}

  GuardedTensor& fill(std::uint64_t seed) {
    Random random(seed);
    for (std::size_t i = kGuard; i + kGuard < memory.size(); ++i) {
      memory[i] = static_cast<float>(random.uniform() * 2 - 1);
    }
    return *this;
  }
  std::int64_t canaries() const { return std::count(memory.begin(), memory.end(), kCanary); }

  Dims strides;
  std::vector<float> memory;
  TensorView<float> view;
};

struct Problem {
  SdpaSizes sizes;
  bool causal;
  float scale;
};

std::string to_text(const Problem& p) {
  const SdpaSizes& s = p.sizes;
  return format("b={} h={} q={} k={} d={} causal={} scale={}", s.batch, s.heads, s.seq_q, s.seq_k,
                s.head_dim, p.causal, p.scale);
}

std::vector<Problem> problems() {
  std::vector<Problem> all;
  for (const SdpaSizes& sizes :
       {SdpaSizes{1, 1, 1, 1, 1}, SdpaSizes{2, 3, 5, 7, 11}, SdpaSizes{1, 2, 49, 300, 107},
        SdpaSizes{1, 1, 100, 257, 64}, SdpaSizes{1, 9, 17, 17, 16}, SdpaSizes{2, 1, 96, 512, 33},
        SdpaSizes{1, 1, 300, 40, 8}, SdpaSizes{1, 2, 7, 0, 5}, SdpaSizes{1, 2, 0, 7, 5},
        SdpaSizes{0, 2, 3, 7, 5}, SdpaSizes{1, 1, 1, 700, 128}, SdpaSizes{1, 1, 6, 9, 0}}) {
    for (const bool causal : {false, true}) {
      for (const float scale : {0.125F, 3.0F})
        all.push_back({sizes, causal, scale});
    }
  }
  return all;
}

using Sdpa = std::function<void(const SdpaInputs&, const SdpaOptions&, TensorView<float>)>;

void run_math(const SdpaInputs& inputs, const SdpaOptions& options, TensorView<float> out,
              std::int64_t heads_at_once) {
  const SdpaSizes sizes = sdpa_sizes(inputs, out.shape());
  std::vector<float> scratch(static_cast<std::size_t>(sdpa_math_scratch(sizes, heads_at_once)));
  const Result<void> done = sdpa_math(inputs, options, out, scratch);
  ASSERT_TRUE(done.has_value()) << done.error().to_string();
}

void run_flash(const SdpaInputs& inputs, const SdpaOptions& options, TensorView<float> out) {
  const SdpaSizes sizes = sdpa_sizes(inputs, out.shape());
  std::vector<float> scratch(static_cast<std::size_t>(sdpa_flash_scratch(sizes, options.threads)),
                             std::nanf(""));
  sdpa_flash(inputs, options, out, scratch);
}

struct Kernel {
  std::string name;
  Sdpa sdpa;
};

class SdpaConformance : public ::testing::TestWithParam<Kernel> {};

TEST_P(SdpaConformance, AgreesWithTheReferenceAndStaysInside) {
  for (const int threads : {1, 2}) {
    set_threads(threads);
    for (const Problem& p : problems()) {
      SCOPED_TRACE(to_text(p));
      const SdpaSizes& s = p.sizes;
      const Dims q_shape{s.batch, s.heads, s.seq_q, s.head_dim};
      const Dims k_shape{s.batch, s.heads, s.seq_k, s.head_dim};
      GuardedTensor q(q_shape, 3), k(k_shape, 0), v(k_shape, 5), out(q_shape, 2);
      const SdpaInputs inputs{q.fill(1).view, k.fill(2).view, v.fill(3).view};
      const SdpaOptions options{.scale = p.scale, .causal = p.causal, .threads = threads};
      const std::int64_t count = s.batch * s.heads * s.seq_q * s.head_dim;
      std::vector<double> want(static_cast<std::size_t>(count));
      const TensorView<double> want_view(want.data(), q_shape);
      sdpa_reference(inputs, options, want_view);
      GetParam().sdpa(inputs, options, out.view);
      EXPECT_LE(tensor::difference(out.view, want_view).normalised,
                sdpa_tolerance(inputs, options).normalised);
      EXPECT_EQ(out.canaries(), static_cast<std::int64_t>(out.memory.size()) - count)
          << "wrote outside of its output";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kernels, SdpaConformance,
    ::testing::Values(Kernel{"flash", run_flash},
                      Kernel{"math",
                             [](const auto& in, const auto& options, auto out) {
                               run_math(in, options, out, out.extent(0) * out.extent(1));
                             }},
                      Kernel{"math_in_groups", [](const auto& in, const auto& options,
                                                  auto out) { run_math(in, options, out, 2); }}),
    [](const auto& instance) { return instance.param.name; });

TEST(FlashSdpa, ReadsTransposedLayouts) {
  // [batch, seq, heads, head_dim] in memory, seen as [batch, heads, seq, head_dim].
  GuardedTensor stored({1, 40, 3, 20}, 0);
  stored.fill(5);
  const TensorView<float> view(stored.view.data(), {1, 3, 40, 20}, {2400, 20, 60, 1});
  const SdpaInputs inputs{view, view, view};
  std::vector<float> got(2400);
  std::vector<double> want(2400);
  run_flash(inputs, {.scale = 0.2F}, {got.data(), {1, 3, 40, 20}});
  sdpa_reference(inputs, {.scale = 0.2F}, TensorView<double>(want.data(), {1, 3, 40, 20}));
  EXPECT_LE(tensor::difference({got.data(), {1, 3, 40, 20}},
                               TensorView<const double>(want.data(), {1, 3, 40, 20}))
                .normalised,
            sdpa_tolerance(inputs, {.scale = 0.2F}).normalised);
}

TEST(FlashSdpa, SurvivesScoresFarApart) {
  for (const float magnitude : {30.0F, 3000.0F}) {
    std::vector<float> q{magnitude}, k(600), v(600), out(1);
    for (std::size_t j = 0; j < k.size(); ++j) {
      k[j] = static_cast<float>(j) / 100;  // The largest score comes last: every tile rescales.
      v[j] = static_cast<float>(j);
    }
    const SdpaInputs inputs{
        {q.data(), {1, 1, 1, 1}}, {k.data(), {1, 1, 600, 1}}, {v.data(), {1, 1, 600, 1}}};
    double want = 0;
    sdpa_reference(inputs, {.scale = 1}, TensorView<double>(&want, {1, 1, 1, 1}));
    run_flash(inputs, {.scale = 1}, {out.data(), {1, 1, 1, 1}});
    EXPECT_NEAR(static_cast<double>(out[0]), want, 1e-4 * want) << magnitude;
  }
}

TEST(FlashSdpa, DoesNotSwallowANaN) {
  GuardedTensor q({1, 1, 7, 9}, 0), k({1, 1, 30, 9}, 0), v({1, 1, 30, 9}, 0), out({1, 1, 7, 9}, 0);
  const SdpaInputs inputs{q.fill(1).view, k.fill(2).view, v.fill(3).view};
  v.view.at(0, 0, 29, 4) = std::nanf("");
  run_flash(inputs, {.scale = 1}, out.view);
  EXPECT_TRUE(std::isnan(out.view.at(0, 0, 0, 4)));
  EXPECT_FALSE(std::isnan(out.view.at(0, 0, 0, 3)));
  v.fill(3);
  q.view.at(0, 0, 2, 0) = std::nanf("");
  run_flash(inputs, {.scale = 1}, out.view);
  EXPECT_TRUE(std::isnan(out.view.at(0, 0, 2, 0)));
  EXPECT_FALSE(std::isnan(out.view.at(0, 0, 1, 0)));
}

TEST(SdpaScratch, GrowsWithTheSequenceNotWithItsSquare) {
  const auto flash = [](std::int64_t seq) {
    return static_cast<double>(sdpa_flash_scratch({4, 32, seq, seq, 64}, 2));
  };
  EXPECT_LT(flash(8192) / flash(4096), 2.0);
  EXPECT_LT(flash(16384) / flash(8192), 2.0);
  EXPECT_EQ(sdpa_math_scratch({4, 32, 2048, 2048, 64}, 128), std::int64_t{128} * 2048 * 2048);
}

TEST(SdpaDeathTest, TooLittleScratchIsABug) {
  GuardedTensor x({1, 1, 4, 4}, 0);
  const SdpaInputs inputs{x.view, x.view, x.view};
  std::vector<float> scratch(15);
  EXPECT_DEATH((void)sdpa_math(inputs, {}, x.view, scratch), "scratch of one head");
  EXPECT_DEATH(sdpa_flash(inputs, {}, x.view, scratch), "scratch it asked for");
}

TEST(ChooseSdpa, TakesFlashForOneQueryAndWhereTheyFillATile) {
  for (const std::int64_t queries : {1, 2, 15, 16, 4096}) {
    const SdpaChoice choice = choose_sdpa({1, 8, queries, 4096, 64});
    const bool is_math = queries > 1 && queries < 16;
    EXPECT_EQ(choice.kernel, is_math ? SdpaKernel::kMath : SdpaKernel::kFlash) << queries;
    EXPECT_THAT(choice.reason, ::testing::HasSubstr("queries"));
  }
}

}  // namespace
}  // namespace assay::kernels
