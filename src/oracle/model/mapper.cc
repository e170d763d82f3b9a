// SPDX-License-Identifier: MIT
#include "oracle/model/mapper.h"

#include <algorithm>
#include <cmath>

namespace assay::oracle {
namespace {

/// m x n x k, `batch` times; attention by its scores.
struct Product {
  double batch = 1;
  double m = 1;
  double n = 1;
  double k = 1;
};

bool has_products(const KernelView& kernel) {
  return kernel.count.products > 0 && kernel.extent(Axis::kM) > 0 && kernel.extent(Axis::kN) > 0 &&
         kernel.extent(Axis::kK) > 0;
}

Product product_of(const KernelView& kernel) {
  Product product{.batch = std::max(1.0, kernel.extent(Axis::kBatch)),
                  .m = kernel.extent(Axis::kM),
                  .n = kernel.extent(Axis::kN),
                  .k = kernel.extent(Axis::kK)};
  if (kernel.kind == KernelClass::kAttention) product.batch *= kernel.extent(Axis::kHeads);
  return product;
}

/// Full pieces of the pieces that have to be made of an extent.
double filled(double extent, double piece) {
  return piece > 0 ? extent / (std::ceil(extent / piece) * piece) : 1;
}

/// Pieces over units, in rounds of all units.
Mapping in_waves(double tiles, double units) {
  Mapping mapping{.tiles = tiles, .waves = std::max(1.0, std::ceil(tiles / units))};
  mapping.utilisation = tiles / (mapping.waves * units);
  return mapping;
}

/// Accumulators that have to be under way so that a core's two multipliers never wait for the four
/// cycles of one before.
constexpr double kAccumulatorsUnderWay = 8;

/// A register tile of rows x columns: heights are evened out, widths are whole vectors.
Mapping map_on_cpu(const KernelView& kernel, const Geometry& geometry) {
  const double units = geometry.units;
  if (!has_products(kernel)) {
    Mapping mapping;  // A row a piece, or a cache line; the vector units are not the limit.
    mapping.tiles = std::max(1.0, kernel.count.width / std::max(1.0, geometry.lanes));
    mapping.bandwidth = std::min(1.0, mapping.tiles / units);
    return mapping;
  }
  if (geometry.rows <= 0) return {};
  const Product product = product_of(kernel);
  const double bands = std::ceil(product.m / geometry.rows);
  const double height = product.m / bands;
  const double vectors = std::max(1.0, std::min(geometry.columns, product.n) / geometry.lanes);
  const double tiles = product.batch * bands * std::ceil(product.n / geometry.columns);
  Mapping mapping = in_waves(tiles, units);
  // Many small pieces are dealt out as they are done, so that only few of them are a matter.
  mapping.utilisation *=
      filled(product.n, geometry.lanes) * std::min(1.0, height * vectors / kAccumulatorsUnderWay);
  return mapping;
}

/// Tiles that libraries have, and how near to the peak the smaller ones come: they read operands
/// more often. As published for dense f16 products of this generation; assumed for others.
struct GpuTile {
  double rows;
  double columns;
  double share;
};
constexpr std::array kGpuTiles{GpuTile{256, 128, 1.0}, GpuTile{128, 128, 0.97},
                               GpuTile{128, 64, 0.88}, GpuTile{64, 64, 0.75}, GpuTile{64, 32, 0.55},
                               GpuTile{32, 32, 0.4},
                               // Few rows go to kernels for them, which read each weight once.
                               GpuTile{8, 32, 0.4}, GpuTile{1, 4, 0.3}};
/// Threads a multiprocessor has to have to keep its share of the memory busy.
constexpr double kThreadsForMemory = 1024;

Mapping map_on_gpu(const KernelView& kernel, const Geometry& geometry) {
  if (!has_products(kernel)) {
    Mapping mapping =
        in_waves(std::max(1.0, kernel.count.width / kThreadsForMemory), geometry.units);
    mapping.bandwidth = std::min(1.0, mapping.tiles / geometry.units);
    mapping.utilisation = mapping.bandwidth;
    return mapping;
  }
  const Product product = product_of(kernel);
  Mapping best{.utilisation = 0};
  for (const GpuTile& tile : kGpuTiles) {
    const double tiles =
        product.batch * std::ceil(product.m / tile.rows) * std::ceil(product.n / tile.columns);
    Mapping mapping = in_waves(tiles, geometry.units);
    mapping.utilisation *=
        filled(product.m, tile.rows) * filled(product.n, tile.columns) * tile.share;
    if (mapping.utilisation > best.utilisation) best = mapping;
  }
  best.utilisation *= filled(product.k, 16);  // Of the instruction; odd depths are padded.
  // A product that is too small for all units can be cut along k as well.
  const double idle = std::max(1.0, geometry.units / std::max(1.0, best.tiles));
  const double cuts = std::clamp(product.k / 256, 1.0, idle);
  best.utilisation = std::min(1.0, best.utilisation * cuts);
  best.bandwidth = std::min(1.0, best.tiles * cuts / geometry.units * 2);
  return best;
}

/// Weights stay, rows of m stream past: each block of weights takes m steps, and the array's sides
/// once to fill and once to drain. The next block loads meanwhile, a column a step.
Mapping map_on_systolic(const KernelView& kernel, const Geometry& geometry) {
  if (!has_products(kernel) || geometry.rows <= 0) return {};
  const Product product = product_of(kernel);
  const double blocks = product.batch * std::ceil(product.k / geometry.rows) *
                        std::ceil(product.n / geometry.columns);
  Mapping mapping = in_waves(blocks, geometry.units);
  const double steps = std::max(product.m, geometry.rows);
  const double fill = (geometry.rows + geometry.columns) / std::max(1.0, mapping.waves);
  mapping.utilisation *= filled(product.k, geometry.rows) * filled(product.n, geometry.columns) *
                         product.m / (steps + fill);
  return mapping;
}

/// Results stay, operands flow through a tile from two sides: a block of results takes k steps and
/// both sides once to fill. Depths beyond the scratchpad are cut, and each cut fills anew.
Mapping map_on_domain_flow(const KernelView& kernel, const Geometry& geometry) {
  if (!has_products(kernel) || geometry.rows <= 0) return {};
  const Product product = product_of(kernel);
  const double blocks = product.batch * std::ceil(product.m / geometry.rows) *
                        std::ceil(product.n / geometry.columns);
  Mapping mapping = in_waves(blocks, geometry.units);
  const double element = static_cast<double>(tensor::size_of(kernel.multiplied));
  const double panel = (geometry.rows + geometry.columns) * product.k * element;
  const double room = geometry.scratchpad_bytes > 0 ? geometry.scratchpad_bytes : panel;
  const double cuts = std::max(1.0, std::ceil(panel / room));
  const double fill = cuts * (geometry.rows + geometry.columns - 2);
  mapping.utilisation *= filled(product.m, geometry.rows) * filled(product.n, geometry.columns) *
                         product.k / (product.k + fill);
  return mapping;
}

}  // namespace

Mapping map_kernel(const KernelView& kernel, MachineKind kind, const Geometry& geometry) {
  switch (kind) {
    case MachineKind::kCpu:
      return map_on_cpu(kernel, geometry);
    case MachineKind::kGpu:
      return map_on_gpu(kernel, geometry);
    case MachineKind::kSystolic:
      return map_on_systolic(kernel, geometry);
    case MachineKind::kDomainFlow:
      return map_on_domain_flow(kernel, geometry);
  }
  return {};
}

}  // namespace assay::oracle
