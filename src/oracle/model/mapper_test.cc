// SPDX-License-Identifier: MIT
#include "oracle/model/mapper.h"

#include <gmock/gmock.h>

#include "core/random.h"

namespace assay::oracle {
namespace {

KernelView product(double m, double n, double k) {
  KernelView kernel;
  kernel.kind = KernelClass::kProduct;
  kernel.count.products = 2 * m * n * k;
  kernel.count.width = m * n;
  kernel.extents[static_cast<std::size_t>(Axis::kM)] = m;
  kernel.extents[static_cast<std::size_t>(Axis::kN)] = n;
  kernel.extents[static_cast<std::size_t>(Axis::kK)] = k;
  kernel.extents[static_cast<std::size_t>(Axis::kBatch)] = 1;
  return kernel;
}

constexpr Geometry kAvx512{.units = 2, .rows = 14, .columns = 32, .lanes = 16};
constexpr Geometry kSystolicArray{.units = 1, .rows = 128, .columns = 128, .lanes = 128};

TEST(MapKernel, OnACpuFullTilesLeaveNothingIdle) {
  EXPECT_DOUBLE_EQ(map_kernel(product(28, 32, 64), MachineKind::kCpu, kAvx512).utilisation, 1);
  const Mapping one = map_kernel(product(14, 32, 64), MachineKind::kCpu, kAvx512);
  EXPECT_DOUBLE_EQ(one.tiles, 1);
  EXPECT_DOUBLE_EQ(one.utilisation, 0.5) << "one tile leaves one of two threads idle";
  EXPECT_DOUBLE_EQ(map_kernel(product(28, 24, 64), MachineKind::kCpu, kAvx512).utilisation, 0.75)
      << "the second vector of each row is half empty";
}

TEST(MapKernel, OnACpuAFewRowsDoNotFillThePipelines) {
  const double one_row = map_kernel(product(1, 4096, 64), MachineKind::kCpu, kAvx512).utilisation;
  EXPECT_DOUBLE_EQ(one_row, 2.0 / 8) << "two accumulators of eight";
}

TEST(MapKernel, OnAGpuTheLastWaveCounts) {
  const Geometry gpu{.units = 10};
  const Mapping full = map_kernel(product(2560, 256, 512), MachineKind::kGpu, gpu);
  EXPECT_DOUBLE_EQ(full.utilisation, 1) << "20 tiles of 256 x 128 on 10 units";
  EXPECT_DOUBLE_EQ(full.waves, 2);
  const Mapping more = map_kernel(product(2816, 256, 512), MachineKind::kGpu, gpu);
  EXPECT_LT(more.utilisation, 1) << "22 tiles: a third wave for two of them";
  EXPECT_GT(more.utilisation, 22.0 / 30 - 1e-9);
}

TEST(MapKernel, OnAGpuOneRowWastesNoTile) {
  const Mapping one = map_kernel(product(1, 768, 768), MachineKind::kGpu, {.units = 10});
  EXPECT_GT(one.utilisation, 0.25);
  EXPECT_EQ(one.bandwidth, 1) << "reading the weights is what it waits for";
}

TEST(MapKernel, OnASystolicArrayManyRowsHideItsFilling) {
  const auto used = [](double m) {
    return map_kernel(product(m, 128, 128), MachineKind::kSystolic, kSystolicArray).utilisation;
  };
  EXPECT_DOUBLE_EQ(used(1), 1.0 / (128 + 256)) << "one row waits for the weights";
  EXPECT_DOUBLE_EQ(used(2560), 2560.0 / (2560 + 256));
  const Mapping half = map_kernel(product(2560, 64, 128), MachineKind::kSystolic, kSystolicArray);
  EXPECT_DOUBLE_EQ(half.utilisation, used(2560) / 2) << "half of its columns have no weights";
}

TEST(MapKernel, OnDomainFlowDepthHidesFillingUntilTheScratchpadIsFull) {
  Geometry tile{.units = 4, .rows = 16, .columns = 16, .lanes = 16};
  const double deep = map_kernel(product(32, 32, 970), MachineKind::kDomainFlow, tile).utilisation;
  EXPECT_DOUBLE_EQ(deep, 970.0 / 1000);
  tile.scratchpad_bytes = 32 * 485 * 4;  // Half of the two panels.
  EXPECT_DOUBLE_EQ(map_kernel(product(32, 32, 970), MachineKind::kDomainFlow, tile).utilisation,
                   970.0 / 1030)
      << "two pieces fill twice";
}

TEST(MapKernel, AlwaysAShareForAnyShapeOnAnyMachine) {
  Random random(7);
  const MachineKind kinds[] = {MachineKind::kCpu, MachineKind::kGpu, MachineKind::kSystolic,
                               MachineKind::kDomainFlow};
  for (int i = 0; i < 4000; ++i) {
    const auto extent = [&] { return static_cast<double>(1 + random.below(5000)); };
    const KernelView kernel = product(extent(), extent(), extent());
    for (const MachineKind kind : kinds) {
      const Geometry geometry{.units = static_cast<double>(1 + random.below(140)),
                              .rows = static_cast<double>(1 + random.below(128)),
                              .columns = static_cast<double>(8 * (1 + random.below(16))),
                              .lanes = 8,
                              .scratchpad_bytes = static_cast<double>(random.below(1 << 20))};
      const Mapping mapping = map_kernel(kernel, kind, geometry);
      EXPECT_GT(mapping.utilisation, 0);
      EXPECT_LE(mapping.utilisation, 1 + 1e-12);
      EXPECT_GT(mapping.bandwidth, 0);
      EXPECT_LE(mapping.bandwidth, 1);
      EXPECT_GE(mapping.waves, 1);
    }
  }
}

TEST(MapKernel, WithoutAGeometryNothingIsTakenAway) {
  for (const MachineKind kind :
       {MachineKind::kCpu, MachineKind::kSystolic, MachineKind::kDomainFlow}) {
    EXPECT_EQ(map_kernel(product(3, 5, 7), kind, {}).utilisation, 1);
  }
}

}  // namespace
}  // namespace assay::oracle
