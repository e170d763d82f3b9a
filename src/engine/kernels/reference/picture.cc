// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/picture.h"

#include <algorithm>
#include <cmath>

namespace assay::kernels {
namespace {

Taps taps_at(std::int64_t coordinate, double scale, double reach, std::int64_t pixels) {
  const double centre = (static_cast<double>(coordinate) + 0.5) * scale;
  const auto begin = std::max<std::int64_t>(std::llround(std::floor(centre - reach + 0.5)), 0);
  const auto end = std::min<std::int64_t>(std::llround(std::floor(centre + reach + 0.5)), pixels);
  Taps taps{.first = begin, .weights = {}};
  double total = 0;
  for (std::int64_t pixel = begin; pixel < end; ++pixel) {
    const double distance = std::abs(static_cast<double>(pixel) + 0.5 - centre) / reach;
    taps.weights.push_back(std::max(1 - distance, 0.0));
    total += taps.weights.back();
  }
  for (double& weight : taps.weights)
    weight /= total;
  return taps;
}

}  // namespace

std::vector<Taps> resize_taps(std::int64_t from, std::int64_t to, bool antialias) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double reach = antialias ? std::max(scale, 1.0) : 1.0;
  std::vector<Taps> taps;
  for (std::int64_t i = 0; i < to; ++i)
    taps.push_back(taps_at(i, scale, reach, from));
  return taps;
}

void resize_reference(const ConstAnyView& x, bool antialias, const AnyView& y) {
  const tensor::Dims& in = x.type.shape;
  const tensor::Dims& out = y.type.shape;
  const std::vector<double> pixels = load_elements(x);
  const std::vector<Taps> rows = resize_taps(in[1], out[1], antialias);
  const std::vector<Taps> columns = resize_taps(in[2], out[2], antialias);
  const std::int64_t count = count_of(y.type);
  for (std::int64_t index = 0; index < count; ++index) {
    const std::int64_t c = index % out[3];
    const Taps& across = columns[static_cast<std::size_t>(index / out[3] % out[2])];
    const Taps& down = rows[static_cast<std::size_t>(index / out[3] / out[2] % out[1])];
    const std::int64_t b = index / out[3] / out[2] / out[1];
    double sum = 0;
    for (std::size_t p = 0; p < down.weights.size(); ++p) {
      const std::int64_t row = b * in[1] + down.first + static_cast<std::int64_t>(p);
      for (std::size_t q = 0; q < across.weights.size(); ++q) {
        const std::int64_t pixel = row * in[2] + across.first + static_cast<std::int64_t>(q);
        sum += down.weights[p] * across.weights[q] *
               pixels[static_cast<std::size_t>(pixel * in[3] + c)];
      }
    }
    store_element(y, index, sum);
  }
}

void normalise_reference(const ConstAnyView& x, const Normalisation& normalisation,
                         const AnyView& y) {
  const tensor::Dims& shape = x.type.shape;
  const std::vector<double> pixels = load_elements(x);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    const std::int64_t c = index % shape[3];
    const std::int64_t position = index / shape[3];
    const std::int64_t area = shape[1] * shape[2];
    const std::int64_t b = position / area;
    const double value =
        pixels[i] * normalisation.factor - normalisation.mean[static_cast<std::size_t>(c)];
    store_element(y, (b * shape[3] + c) * area + position % area,
                  value / normalisation.deviation[static_cast<std::size_t>(c)]);
  }
}

}  // namespace assay::kernels
