// SPDX-License-Identifier: MIT
#include "djinn/memory/device_memory.h"

#include <gmock/gmock.h>

namespace assay::djinn {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

DeviceMemoryOptions small() {
  return {.device = Bytes(8 * kMiB),
          .text = Bytes(3 * kMiB),
          .stack = Bytes(kMiB),
          .arena_size = Bytes(kMiB),
          .host = Bytes(2 * kMiB)};
}

TEST(DeviceMemory, CutsOneBudgetInThree) {
  for (const DataLayout layout : {DataLayout::kContiguous, DataLayout::kPaged}) {
    DeviceMemoryOptions options = small();
    options.layout = layout;
    const auto memory = DeviceMemory::create(options);
    ASSERT_TRUE(memory.has_value()) << memory.error().to_string();
    const MemoryReport report = (*memory)->report();
    EXPECT_EQ(report.text.reserved + report.stack.reserved + report.data.reserved, Bytes(8 * kMiB));
    EXPECT_EQ(report.data.free, Bytes(4 * kMiB));
    EXPECT_EQ(report.host.reserved, Bytes(2 * kMiB));
    EXPECT_TRUE((*memory)->check().has_value());
    const auto lines = (*memory)->describe();
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_THAT(lines[0], testing::HasSubstr("text: 3 MiB private, populated in "));
    EXPECT_THAT(lines[2], testing::HasSubstr(layout == DataLayout::kPaged
                                                 ? "data: 64 blocks of 64 KiB"
                                                 : "data: 4 contiguous arenas of 1 MiB"));
  }
}

TEST(DeviceMemory, RefusesBudgetsThatAreNone) {
  const auto message = [](auto change) {
    DeviceMemoryOptions options = small();
    change(options);
    const auto memory = DeviceMemory::create(options);
    return memory ? std::string("created") : memory.error().to_string();
  };
  EXPECT_THAT(message([](auto& options) { options.text = Bytes(7 * kMiB); }),
              testing::HasSubstr("leave 0 bytes for sessions"));
  EXPECT_THAT(message([](auto& options) { options.stack = Bytes(0); }),
              testing::HasSubstr("expected something for each"));
  EXPECT_THAT(message([](auto& options) { options.block_size = Bytes(1'000); }),
              testing::AllOf(testing::HasSubstr("multiple of a page"),
                             testing::HasSubstr("in the data segment")));
  EXPECT_THAT(message([](auto& options) {
                options.layout = DataLayout::kContiguous;
                options.arena_size = Bytes(5 * kMiB);
              }),
              testing::HasSubstr("expected at least one to fit"));
  EXPECT_THAT(message([](auto& options) { options.host_block_size = Bytes(7); }),
              testing::HasSubstr("in the host pool"));
}

TEST(DeviceMemory, WithoutAHostPoolNothingIsSwappedOut) {
  DeviceMemoryOptions options = small();
  options.host = Bytes(0);
  const auto memory = DeviceMemory::create(options);
  ASSERT_TRUE(memory.has_value());
  SessionStore& sessions = (*memory)->sessions();
  const auto layout = StateLayout::create({{"k", {tensor::DType::kF32, {1, 1, 8, 4}}}});
  ASSERT_TRUE(layout.has_value());
  const auto id = sessions.open(*layout);
  ASSERT_TRUE(id.has_value());
  ASSERT_TRUE(sessions.prepare_append(*id, {3}));
  ASSERT_TRUE(sessions.commit_append(*id, {3}));
  EXPECT_EQ(sessions.begin_clean(*id, Bytes(1 << 20)).error().reason, RefusalReason::kHostFull);
  EXPECT_EQ(sessions.drop(*id).error().reason, RefusalReason::kNotClean);
  EXPECT_TRUE((*memory)->check().has_value());
  EXPECT_EQ((*memory)->report().host, SegmentReport());
}

TEST(DataLayout, IsReadAsItIsWritten) {
  EXPECT_EQ(parse_data_layout("paged"), DataLayout::kPaged);
  EXPECT_EQ(parse_data_layout("contiguous"), DataLayout::kContiguous);
  EXPECT_EQ(parse_data_layout("Paged"), std::nullopt);
}

}  // namespace
}  // namespace assay::djinn
