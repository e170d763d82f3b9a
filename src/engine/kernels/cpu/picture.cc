// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/picture.h"

#include <algorithm>
#include <type_traits>

#include "engine/kernels/activation.h"
#include "engine/kernels/parallel.h"
#include "engine/kernels/reference/picture.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/picture.cc"
#include <hwy/foreach_target.h>  // Compiles this file once per instruction set.
// foreach_target comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::kernels::HWY_NAMESPACE {

#include "engine/kernels/cpu/vector_math.inc"

HWY_INLINE Vector load_wide(const std::uint8_t* from) {
  const hn::Rebind<std::uint8_t, Lanes> u8;
  const hn::RebindToSigned<Lanes> i32;
  return hn::ConvertTo(Lanes(), hn::PromoteTo(i32, hn::LoadU(u8, from)));
}

/// to[i] (+)= weight * from[i].
template <class Pixel>
void blend(const Pixel* from, float weight, std::int64_t count, bool adds, float* to) {
  const Lanes f32;
  const Vector by = constant(weight);
  const std::int64_t lanes = lane_count();
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const Vector start = adds ? hn::LoadU(f32, to + i) : hn::Zero(f32);
    hn::StoreU(hn::MulAdd(load_wide(from + i), by, start), f32, to + i);
  }
  for (; i < count; ++i)
    to[i] = (adds ? to[i] : 0.0F) + static_cast<float>(from[i]) * weight;
}

void BlendBytes(const std::uint8_t* from, float weight, std::int64_t count, bool adds, float* to) {
  blend(from, weight, count, adds, to);
}
void BlendFloats(const float* from, float weight, std::int64_t count, bool adds, float* to) {
  blend(from, weight, count, adds, to);
}

/// Three channels of `count` pixels into three planes, each with its own factor and shift.
void SplitThree(const float* pixels, std::int64_t count, const float* factors, const float* shifts,
                float* const* planes) {
  const Lanes f32;
  const std::int64_t lanes = lane_count();
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    Vector red, green, blue;
    hn::LoadInterleaved3(f32, pixels + 3 * i, red, green, blue);
    hn::StoreU(hn::MulAdd(red, constant(factors[0]), constant(shifts[0])), f32, planes[0] + i);
    hn::StoreU(hn::MulAdd(green, constant(factors[1]), constant(shifts[1])), f32, planes[1] + i);
    hn::StoreU(hn::MulAdd(blue, constant(factors[2]), constant(shifts[2])), f32, planes[2] + i);
  }
  for (; i < count; ++i) {
    for (int c = 0; c < 3; ++c)
      planes[c][i] = pixels[3 * i + c] * factors[c] + shifts[c];
  }
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(BlendBytes);
HWY_EXPORT(BlendFloats);
HWY_EXPORT(SplitThree);

namespace {

using tensor::TensorView;

void blend_row(const std::uint8_t* from, float weight, std::int64_t count, bool adds, float* to) {
  HWY_DYNAMIC_DISPATCH(BlendBytes)(from, weight, count, adds, to);
}
void blend_row(const float* from, float weight, std::int64_t count, bool adds, float* to) {
  HWY_DYNAMIC_DISPATCH(BlendFloats)(from, weight, count, adds, to);
}

/// sum of weights[p] * pixels[p], channel by channel.
template <int kChannels>
void mix_pixels(const float* pixels, const float* weights, std::int64_t count,
                std::int64_t channels, float* to) {
  if constexpr (kChannels > 0) {
    float sums[static_cast<std::size_t>(kChannels)] = {};
    for (std::int64_t p = 0; p < count; ++p) {
      for (int c = 0; c < kChannels; ++c)
        sums[c] += weights[p] * pixels[p * kChannels + c];
    }
    std::copy_n(sums, kChannels, to);
    return;
  }
  for (std::int64_t c = 0; c < channels; ++c) {
    float sum = 0;
    for (std::int64_t p = 0; p < count; ++p)
      sum += weights[p] * pixels[p * channels + c];
    to[c] = sum;
  }
}

/// How the channels of a picture become planes.
struct Planes {
  std::int64_t channels;
  std::int64_t area;
  double scale;
  std::span<const double> mean;
  std::span<const double> deviation;

  float factor(std::size_t c) const { return static_cast<float>(scale / deviation[c]); }
  float shift(std::size_t c) const { return static_cast<float>(-mean[c] / deviation[c]); }
};

template <class Pixel>
void split_pixels(const Planes& planes, const Pixel* from, std::int64_t first, std::int64_t count,
                  float* to) {
  if (planes.channels == 3) {
    constexpr std::int64_t kPixels = 256;
    const float factors[3] = {planes.factor(0), planes.factor(1), planes.factor(2)};
    const float shifts[3] = {planes.shift(0), planes.shift(1), planes.shift(2)};
    alignas(64) float wide[3 * kPixels];
    for (std::int64_t at = 0; at < count; at += kPixels) {
      const std::int64_t pixels = std::min(kPixels, count - at);
      blend_row(from + 3 * (first + at), 1.0F, 3 * pixels, false, wide);
      float* const place[3] = {to + first + at, to + planes.area + first + at,
                               to + 2 * planes.area + first + at};
      HWY_DYNAMIC_DISPATCH(SplitThree)
      (wide, pixels, factors, shifts, place);
    }
    return;
  }
  for (std::int64_t c = 0; c < planes.channels; ++c) {
    const float by = planes.factor(static_cast<std::size_t>(c));
    const float plus = planes.shift(static_cast<std::size_t>(c));
    for (std::int64_t i = first; i < first + count; ++i)
      to[c * planes.area + i] = static_cast<float>(from[i * planes.channels + c]) * by + plus;
  }
}

}  // namespace

Resize::Axis Resize::axis_of(std::int64_t from, std::int64_t to, bool antialias) {
  ASSAY_CHECK(from > 0 && to > 0, "a picture has pixels");
  Axis axis{.from = from, .to = to, .reaches = {}, .weights = {}};
  for (const Taps& taps : resize_taps(from, to, antialias)) {
    axis.reaches.push_back({taps.first, std::ssize(taps.weights), std::ssize(axis.weights)});
    for (const double weight : taps.weights)
      axis.weights.push_back(static_cast<float>(weight));
  }
  return axis;
}

Resize::Resize(std::array<std::int64_t, 2> from, std::array<std::int64_t, 2> to, bool antialias)
    : down_(axis_of(from[0], to[0], antialias)), across_(axis_of(from[1], to[1], antialias)) {}

std::int64_t Resize::scratch_size(std::int64_t channels, int threads) const {
  return threads * across_.from * channels;
}

/// Rows are blended first, because whole rows of pixels are vectors whatever the channels.
template <class Pixel>
void Resize::run_row(const Pixel* picture, std::int64_t row_stride, std::int64_t channels,
                     std::int64_t row, float* blended, float* to) const {
  const Reach& down = down_.reaches[static_cast<std::size_t>(row)];
  for (std::int64_t p = 0; p < down.count; ++p) {
    const float weight = down_.weights[static_cast<std::size_t>(down.weights + p)];
    blend_row(picture + (down.first + p) * row_stride, weight, across_.from * channels, p > 0,
              blended);
  }
  for (std::int64_t column = 0; column < across_.to; ++column) {
    const Reach& reach = across_.reaches[static_cast<std::size_t>(column)];
    const float* pixels = blended + reach.first * channels;
    const float* weights = across_.weights.data() + reach.weights;
    if (channels == 3) {
      mix_pixels<3>(pixels, weights, reach.count, channels, to + column * channels);
    } else {
      mix_pixels<0>(pixels, weights, reach.count, channels, to + column * channels);
    }
  }
}

void Resize::run(const tensor::ConstAnyView& x, TensorView<float> y, std::span<float> scratch,
                 int threads) const {
  const tensor::Dims& in = x.type.shape;
  ASSAY_CHECK(in.rank() == 4 && in[1] == down_.from && in[2] == across_.from, "x has its size");
  const std::int64_t channels = in[3];
  ASSAY_CHECK(y.shape() == (tensor::Dims{in[0], down_.to, across_.to, channels}), "y has its size");
  ASSAY_CHECK_GE(std::ssize(scratch), scratch_size(channels, threads), "resizing has its scratch");
  if (y.empty()) return;
  const auto touches = [&](const tensor::Dims& strides) {
    return (channels <= 1 || strides[3] == 1) && (strides[2] == channels);
  };
  ASSAY_CHECK(touches(x.strides) && touches(y.strides()), "the pixels of a row touch");
  const auto run_all = [&](const auto* pixels) {
    for_each_task(in[0] * down_.to, threads, [&](std::int64_t task, int thread) {
      const std::int64_t b = task / down_.to, row = task % down_.to;
      run_row(pixels + b * x.strides[0], x.strides[1], channels, row,
              scratch.data() + thread * across_.from * channels,
              y.data() + b * y.stride(0) + row * y.stride(1));
    });
  };
  if (x.type.dtype == tensor::DType::kU8) return run_all(x.as<std::uint8_t>().data());
  run_all(x.as<float>().data());
}

void normalise(const tensor::ConstAnyView& x, double factor, std::span<const double> mean,
               std::span<const double> deviation, TensorView<float> y, int threads) {
  const tensor::Dims& in = x.type.shape;
  ASSAY_CHECK(in.rank() == 4 && y.shape() == (tensor::Dims{in[0], in[3], in[1], in[2]}),
              "[B, H, W, C] becomes [B, C, H, W]");
  ASSAY_CHECK(std::ssize(mean) == in[3] && std::ssize(deviation) == in[3],
              "each channel has a mean and a deviation");
  ASSAY_CHECK(
      tensor::is_dense(x.type, x.strides) && y.strides() == tensor::row_major_strides(y.shape()),
      "pictures are dense");
  if (y.empty()) return;
  const Planes planes{in[3], in[1] * in[2], factor, mean, deviation};
  const auto run_all = [&](const auto* pixels) {
    const std::int64_t picture = planes.area * planes.channels;
    for_each_part(in[0] * in[1], 16384 / (in[2] * in[3]) + 1, threads,
                  [&](std::int64_t first, std::int64_t end) {
                    for (std::int64_t row = first; row < end; ++row) {
                      const std::int64_t b = row / in[1];
                      split_pixels(planes, pixels + b * picture, row % in[1] * in[2], in[2],
                                   y.data() + b * picture);
                    }
                  });
  };
  if (x.type.dtype == tensor::DType::kU8) return run_all(x.as<std::uint8_t>().data());
  run_all(x.as<float>().data());
}

}  // namespace assay::kernels
#endif  // HWY_ONCE
