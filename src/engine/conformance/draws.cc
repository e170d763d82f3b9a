// SPDX-License-Identifier: MIT
#include "engine/conformance/draws.h"

#include <array>

#include "core/format.h"

namespace assay::conformance {
namespace {

using graph::Integers;

/// 1 to `most`, small ones and sizes about the widths of vectors more often than by chance.
std::int64_t extent(Random& random, std::int64_t most) {
  constexpr std::array<std::int64_t, 10> kEdges{1, 2, 3, 7, 8, 15, 16, 17, 31, 33};
  const std::int64_t drawn =
      random.coin() ? kEdges[random.below(kEdges.size())]
                    : 1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most)));
  return std::min(drawn, most);
}

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low) + 1));
}

std::string activation(Random& random) {
  const std::array<const char*, 7> kinds{"none", "relu", "gelu",   "gelu_tanh",
                                         "silu", "tanh", "sigmoid"};
  return kinds[random.below(kinds.size())];
}

std::string real(Random& random) {
  const std::array<const char*, 3> kinds{"f32", "f16", "bf16"};
  return kinds[random.below(kinds.size())];
}

OpCase draw_linear(Random& random) {
  const std::int64_t m = random.coin() ? 1 : extent(random, 90);
  const std::int64_t n = extent(random, 150);
  const std::int64_t k = extent(random, 150);
  std::string operands = format("f32 {}x{}, weight {} {}x{}", m, k, real(random), n, k);
  const bool has_residual = random.coin();
  operands += random.coin() ? format(", weight f32 {}", n) : has_residual ? ", -" : "";
  if (has_residual) {
    operands += format(", f32 {}x{}", m, n);
  }
  return {"linear", operands, {{"activation", activation(random)}}, k};
}

OpCase draw_matmul(Random& random) {
  const std::int64_t m = extent(random, 60);
  const std::int64_t n = extent(random, 60);
  const std::int64_t k = extent(random, 60);
  const std::string batch = random.coin() ? "" : format("{}x", extent(random, 4));
  const bool is_transposed = random.coin();
  return {"matmul",
          format("f32 {0}{1}x{2}, f32 {0}{3}x{4}", batch, m, k, is_transposed ? n : k,
                 is_transposed ? k : n),
          {{"transpose_b", is_transposed ? 1 : 0}},
          k};
}

OpCase draw_elementwise(Random& random) {
  std::string left;
  std::string right;
  const int rank = static_cast<int>(between(random, 1, 4));
  for (int axis = 0; axis < rank; ++axis) {
    const std::int64_t size = extent(random, axis + 1 == rank ? 70 : 6);
    left += format("{}{}", axis == 0 ? "" : "x", random.below(4) == 0 ? 1 : size);
    right += format("{}{}", axis == 0 ? "" : "x", random.below(4) == 0 ? 1 : size);
  }
  const std::string dtype = real(random);
  return {random.coin() ? "add" : "multiply", format("{} {}, {} {}", dtype, left, dtype, right)};
}

OpCase draw_rows(Random& random) {
  const std::string x =
      format("f32 {}x{}x{}", extent(random, 4), extent(random, 9), extent(random, 200));
  switch (random.below(4)) {
    case 0:
      return {"softmax", x + " in -9..9", {}, 200};
    case 1:
      return {"layer_norm", x, {{"epsilon", 1e-5}}, 200, 1e-5};
    case 2:
      return {"rms_norm", x, {{"epsilon", 1e-5}}, 200};
    default:
      return {"reduce", x, {{"kind", "mean"}, {"axes", Integers{between(random, 0, 2)}}}, 200};
  }
}

OpCase draw_conv(Random& random) {
  const std::int64_t groups = random.coin() ? 1 : between(random, 1, 4);
  const std::int64_t in = extent(random, 9);
  const std::int64_t out = groups * extent(random, 9);
  const Integers window{between(random, 1, 4), between(random, 1, 4)};
  const Integers padding{between(random, 0, window[0] - 1), between(random, 0, window[1] - 1)};
  return {"conv2d",
          format("f32 {}x{}x{}x{}, weight f32 {}x{}x{}x{}, weight f32 {}", between(random, 1, 2),
                 groups * in, between(random, 4, 14), between(random, 4, 14), out, in, window[0],
                 window[1], out),
          {{"stride", Integers{between(random, 1, 3), between(random, 1, 3)}},
           {"padding", padding},
           {"groups", groups},
           {"activation", activation(random)}},
          in * window[0] * window[1]};
}

OpCase draw_attention(Random& random) {
  const std::int64_t batch = between(random, 1, 3);
  const std::int64_t groups = between(random, 1, 3);
  const std::int64_t heads = groups * between(random, 1, 3);
  const std::int64_t queries = extent(random, 70);
  const std::int64_t keys = extent(random, 90);
  const std::int64_t dim = extent(random, 64);
  std::string operands = format("f32 {0}x{1}x{2}x{3}, f32 {0}x{4}x{5}x{3}, f32 {0}x{4}x{5}x{3}",
                                batch, queries, heads, dim, keys, groups);
  if (random.coin()) operands += format(", i32 {} in 0..{}", batch, keys);
  return {"attention", operands, {{"scale", 0.3}, {"causal", random.coin() ? 1 : 0}}, dim + keys};
}

/// Three runs that fill the cache of each row by what they count.
OpCase draw_cached(Random& random) {
  const std::int64_t batch = between(random, 1, 3);
  const std::int64_t groups = between(random, 1, 2);
  const std::int64_t heads = groups * between(random, 1, 3);
  const std::int64_t tokens = between(random, 1, 6);
  const std::int64_t dim = extent(random, 40);
  std::vector<std::int64_t> filled(static_cast<std::size_t>(batch));
  std::string past;
  std::string counts;
  for (int run = 0; run < kRuns; ++run) {
    for (std::int64_t& row : filled) {
      const std::int64_t count = between(random, 0, tokens);
      past += format(" {}", row);
      counts += format(" {}", count);
      row += count;
    }
    if (run + 1 < kRuns) past += " /", counts += " /";
  }
  const std::int64_t room = kRuns * tokens + between(random, 0, 5);
  const std::string cache =
      format("state {} {}x{}x{}x{}", random.coin() ? "f32" : "f16", batch, groups, room, dim);
  return {"cached_attention",
          format("f32 {0}x{1}x{2}x{3}, f32 {0}x{1}x{4}x{3}, f32 {0}x{1}x{4}x{3}, i32 {0} ={5}, "
                 "i32 {0} ={6}, {7}, {7}",
                 batch, tokens, heads, dim, groups, past, counts, cache),
          {{"scale", 0.3}},
          dim + room,
          2e-3};
}

OpCase draw_picture(Random& random) {
  const std::string size =
      format("{}x{}x{}x3", between(random, 1, 2), extent(random, 50), extent(random, 50));
  return {"resize",
          random.coin() ? format("u8 {} in 0..255", size) : format("f32 {}", size),
          {{"height", extent(random, 40)},
           {"width", extent(random, 40)},
           {"antialias", random.coin() ? 1 : 0}},
          200,
          4e-5};
}

OpCase draw_view(Random& random) {
  std::array<std::int64_t, 4> order{0, 1, 2, 3};
  random.shuffle(std::span<std::int64_t>(order));
  return {"permute",
          format("{} {}x{}x{}x{}", real(random), between(random, 0, 3), extent(random, 9),
                 extent(random, 20), extent(random, 20)),
          {{"axes", Integers(order.begin(), order.end())}}};
}

}  // namespace

OpCase draw(Random& random) {
  constexpr std::array kDraws{draw_linear,    draw_matmul, draw_elementwise, draw_rows, draw_conv,
                              draw_attention, draw_cached, draw_picture,     draw_view};
  return kDraws[random.below(kDraws.size())](random);
}

}  // namespace assay::conformance
