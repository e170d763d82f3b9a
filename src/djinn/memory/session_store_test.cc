// SPDX-License-Identifier: MIT
#include "djinn/memory/session_store.h"

#include <gmock/gmock.h>

#include <cstring>

#include "djinn/memory/contiguous_memory.h"
#include "djinn/memory/paged_memory.h"

namespace assay::djinn {
namespace {

/// One row, two states of two heads, 64 bytes a token of a head: 64 tokens to a page of 4 KiB.
StateLayout layout_of(std::int64_t capacity, std::int64_t rows = 1) {
  const tensor::TensorType type{tensor::DType::kF32, {rows, 2, capacity, 16}};
  return *StateLayout::create({{"k", type}, {"v", type}});
}

struct Sizes {
  std::int64_t device_pages = 64;
  std::int64_t host_pages = 64;
  bool is_paged = true;
  bool verifies = true;
};

std::unique_ptr<SessionStore> store_of(const Sizes& sizes = {}) {
  const Bytes device(sizes.device_pages * page_size());
  auto memory = sizes.is_paged
                    ? PagedMemory::create({.size = device, .block_size = Bytes(page_size())})
                    : ContiguousMemory::create(device, Bytes(16 * page_size()));
  auto host = BlockPool::create(Bytes(sizes.host_pages * page_size()), Bytes(page_size()),
                                RegionKind::kPrivate);
  ASSAY_CHECK(memory.has_value() && host.has_value(), "a small memory is there");
  return std::make_unique<SessionStore>(std::move(*memory), std::move(*host),
                                        SessionStoreOptions{.verifies_restores = sizes.verifies});
}

/// Appends tokens to row 0 whose bytes are all `value`.
void append(SessionStore& store, SessionId id, std::int64_t count, int value) {
  Lengths counts(store.facts(id)->lengths.size());
  counts[0] = count;
  const auto prepared = store.prepare_append(id, counts);
  ASSERT_TRUE(prepared.has_value()) << prepared.error().message;
  const std::int64_t from = store.facts(id)->lengths[0];
  const auto states = store.states(id);
  for (const tensor::AnyView& state : *states) {
    for (std::int64_t head = 0; head < state.type.shape[1]; ++head) {
      auto* const at = static_cast<std::byte*>(state.data) +
                       (head * state.strides[1] + from * state.strides[2]) * 4;
      std::memset(at, value, static_cast<std::size_t>(count * state.strides[2] * 4));
    }
  }
  ASSERT_TRUE(store.commit_append(id, counts));
}

int value_at(SessionStore& store, SessionId id, std::int64_t token) {
  const auto states = store.states(id);
  const tensor::AnyView& last = states->back();
  return static_cast<int>(
      static_cast<const std::byte*>(last.data)[(last.strides[1] + token * last.strides[2]) * 4]);
}

void clean(SessionStore& store, SessionId id) {
  auto work = store.begin_clean(id, Bytes(1 << 30));
  ASSERT_TRUE(work.has_value()) << work.error().message;
  work->run();
  ASSERT_TRUE(store.finish(std::move(*work)));
}

void restore(SessionStore& store, SessionId id) {
  auto work = store.begin_restore(id);
  ASSERT_TRUE(work.has_value()) << work.error().message;
  work->run();
  ASSERT_TRUE(store.finish(std::move(*work)));
}

RefusalReason reason_of(const auto& outcome) {
  return outcome.error().reason;
}

TEST(SessionStore, GoesThroughItsStates) {
  for (const bool is_paged : {true, false}) {
    const auto store = store_of({.is_paged = is_paged});
    const auto id = store->open(layout_of(100));
    ASSERT_TRUE(id.has_value());
    EXPECT_EQ(store->facts(*id)->residence, Residence::kClean) << "nothing there, nothing dirty";
    append(*store, *id, 10, 1);
    EXPECT_EQ(store->facts(*id)->residence, Residence::kDirty);
    EXPECT_EQ(reason_of(store->drop(*id)), RefusalReason::kNotClean);
    clean(*store, *id);
    EXPECT_EQ(store->facts(*id)->residence, Residence::kClean);
    append(*store, *id, 1, 2);
    EXPECT_EQ(store->facts(*id)->dirty, Bytes(4 * 64));
    clean(*store, *id);
    ASSERT_TRUE(store->drop(*id));
    EXPECT_EQ(store->facts(*id)->residence, Residence::kHostOnly);
    EXPECT_EQ(store->facts(*id)->held, Bytes(0));
    EXPECT_EQ(reason_of(store->states(*id)), RefusalReason::kNotResident);
    EXPECT_EQ(reason_of(store->prepare_append(*id, {1})), RefusalReason::kNotResident);
    EXPECT_EQ(reason_of(store->drop(*id)), RefusalReason::kNotResident);
    EXPECT_EQ(reason_of(store->forget_copy(*id)), RefusalReason::kNotResident);
    restore(*store, *id);
    EXPECT_EQ(store->facts(*id)->residence, Residence::kClean);
    EXPECT_EQ(value_at(*store, *id, 9), 1);
    EXPECT_EQ(value_at(*store, *id, 10), 2);
    EXPECT_EQ(reason_of(store->begin_restore(*id)), RefusalReason::kNotHostOnly);
    EXPECT_TRUE(store->check().has_value());
  }
}

TEST(SessionStore, WritesBackNewTokensOnly) {
  const auto store = store_of();
  const auto id = store->open(layout_of(200));
  append(*store, *id, 150, 1);
  clean(*store, *id);
  EXPECT_EQ(store->report().swap.to_host, Bytes(150 * 256));
  for (int turn = 0; turn < 40; ++turn) {
    append(*store, *id, 1, turn);
    clean(*store, *id);
    ASSERT_TRUE(store->drop(*id));
    restore(*store, *id);
  }
  EXPECT_EQ(store->report().swap.to_host, Bytes(190 * 256)) << "every token once";
  EXPECT_EQ(store->report().swap.drops, 40);
}

TEST(SessionStore, CleansAsMuchAsItMay) {
  const auto store = store_of();
  const auto id = store->open(layout_of(100, 3));
  append(*store, *id, 50, 1);
  std::int64_t pieces = 0;
  while (store->facts(*id)->residence == Residence::kDirty) {
    auto work = store->begin_clean(*id, Bytes(1'000));
    ASSERT_TRUE(work.has_value());
    EXPECT_LE(work->size(), Bytes(1'000));
    work->run();
    ASSERT_TRUE(store->finish(std::move(*work)));
    ++pieces;
  }
  EXPECT_EQ(pieces, 17) << "three tokens of 256 bytes at a time";
}

TEST(SessionStore, APinnedSessionStays) {
  const auto store = store_of();
  const auto id = store->open(layout_of(100));
  append(*store, *id, 10, 1);
  ASSERT_TRUE(store->pin(*id));
  ASSERT_TRUE(store->pin(*id));
  clean(*store, *id);  // Beside the operation.
  EXPECT_EQ(reason_of(store->drop(*id)), RefusalReason::kPinned);
  EXPECT_EQ(reason_of(store->close(*id)), RefusalReason::kPinned);
  EXPECT_EQ(reason_of(store->truncate(*id, 0, 3)), RefusalReason::kPinned);
  ASSERT_TRUE(store->unpin(*id));
  EXPECT_EQ(reason_of(store->drop(*id)), RefusalReason::kPinned) << "by the other one";
  ASSERT_TRUE(store->unpin(*id));
  ASSERT_TRUE(store->drop(*id));
  EXPECT_EQ(reason_of(store->pin(*id)), RefusalReason::kNotResident);
}

TEST(SessionStore, TokensMayComeWhileOthersAreCopied) {
  const auto store = store_of();
  const auto id = store->open(layout_of(100));
  append(*store, *id, 60, 1);
  auto work = store->begin_clean(*id, Bytes(1 << 30));
  ASSERT_TRUE(work.has_value());
  append(*store, *id, 20, 2);
  EXPECT_EQ(reason_of(store->begin_clean(*id, Bytes(1))), RefusalReason::kBusy);
  EXPECT_EQ(reason_of(store->drop(*id)), RefusalReason::kBusy);
  EXPECT_EQ(reason_of(store->truncate(*id, 0, 3)), RefusalReason::kBusy);
  EXPECT_EQ(reason_of(store->close(*id)), RefusalReason::kBusy);
  EXPECT_EQ(reason_of(store->forget_copy(*id)), RefusalReason::kBusy);
  work->run();
  ASSERT_TRUE(store->finish(std::move(*work)));
  EXPECT_EQ(store->facts(*id)->dirty, Bytes(20 * 256)) << "those that came meanwhile";
  clean(*store, *id);
  ASSERT_TRUE(store->drop(*id));
  restore(*store, *id);
  EXPECT_EQ(value_at(*store, *id, 59), 1);
  EXPECT_EQ(value_at(*store, *id, 60), 2);
}

TEST(SessionStore, AbandonedWorkChangesNothing) {
  for (const bool is_paged : {true, false}) {
    const auto store = store_of({.is_paged = is_paged});
    const auto id = store->open(layout_of(200));
    append(*store, *id, 70, 1);
    clean(*store, *id);
    append(*store, *id, 70, 2);
    const Bytes host = store->facts(*id)->host;
    auto work = store->begin_clean(*id, Bytes(1 << 30));
    work->run(Bytes(5'000));
    store->abandon(std::move(*work));
    EXPECT_EQ(store->facts(*id)->dirty, Bytes(70 * 256));
    EXPECT_EQ(store->facts(*id)->host, host);
    clean(*store, *id);
    ASSERT_TRUE(store->drop(*id));
    auto back = store->begin_restore(*id);
    EXPECT_EQ(store->facts(*id)->residence, Residence::kRestoring);
    EXPECT_EQ(reason_of(store->begin_restore(*id)), RefusalReason::kBusy);
    EXPECT_EQ(reason_of(store->pin(*id)), RefusalReason::kBusy);
    back->run(Bytes(5'000));
    store->abandon(std::move(*back));
    EXPECT_EQ(store->facts(*id)->residence, Residence::kHostOnly);
    EXPECT_EQ(store->facts(*id)->held, Bytes(0));
    EXPECT_TRUE(store->check().has_value());
    restore(*store, *id);
    EXPECT_EQ(value_at(*store, *id, 69), 1);
    EXPECT_EQ(value_at(*store, *id, 139), 2);
  }
}

TEST(SessionStore, AFullHostPoolRefusesAndLosesNothing) {
  const auto store = store_of({.host_pages = 7});
  const auto first = store->open(layout_of(100));
  const auto second = store->open(layout_of(100));
  append(*store, *first, 20, 1);
  append(*store, *second, 20, 2);
  clean(*store, *first);
  EXPECT_EQ(reason_of(store->begin_clean(*second, Bytes(1 << 20))), RefusalReason::kHostFull);
  EXPECT_EQ(store->facts(*second)->residence, Residence::kDirty);
  EXPECT_EQ(value_at(*store, *second, 19), 2);
  ASSERT_TRUE(store->forget_copy(*first));
  EXPECT_EQ(store->facts(*first)->residence, Residence::kDirty);
  clean(*store, *second);
  EXPECT_TRUE(store->check().has_value());
  EXPECT_EQ(store->report().swap.refusals[static_cast<std::size_t>(RefusalReason::kHostFull)], 1);
}

TEST(SessionStore, AFullDeviceRefusesARestoreUntilThereIsRoom) {
  const auto store = store_of({.device_pages = 8});
  const auto first = store->open(layout_of(100));
  append(*store, *first, 60, 1);
  clean(*store, *first);
  ASSERT_TRUE(store->drop(*first));
  const auto second = store->open(layout_of(100));
  append(*store, *second, 100, 2);
  EXPECT_EQ(reason_of(store->begin_restore(*first)), RefusalReason::kDeviceFull);
  EXPECT_EQ(store->facts(*first)->residence, Residence::kHostOnly);
  ASSERT_TRUE(store->close(*second));
  restore(*store, *first);
  EXPECT_EQ(value_at(*store, *first, 59), 1);
}

TEST(SessionStore, OldNamesMeanNobody) {
  const auto store = store_of();
  const auto first = store->open(layout_of(10));
  ASSERT_TRUE(store->close(*first));
  const auto second = store->open(layout_of(10));
  EXPECT_EQ(second->index, first->index) << "places are used again";
  EXPECT_EQ(reason_of(store->states(*first)), RefusalReason::kStaleSession);
  EXPECT_EQ(reason_of(store->close(*first)), RefusalReason::kStaleSession);
  EXPECT_EQ(reason_of(store->pin({.index = 77, .generation = 1})), RefusalReason::kUnknownSession);
  EXPECT_EQ(reason_of(store->pin({.index = 0, .generation = 9})), RefusalReason::kUnknownSession);
  EXPECT_EQ(reason_of(store->pin({})), RefusalReason::kUnknownSession);
  EXPECT_TRUE(store->pin(*second));
}

TEST(SessionStore, RowsGrowAloneUpToTheirCapacity) {
  const auto store = store_of();
  const auto id = store->open(layout_of(8, 2));
  EXPECT_EQ(reason_of(store->prepare_append(*id, {1})), RefusalReason::kOutOfCapacity);
  EXPECT_EQ(reason_of(store->prepare_append(*id, {9, 0})), RefusalReason::kOutOfCapacity);
  EXPECT_EQ(reason_of(store->prepare_append(*id, {0, -1})), RefusalReason::kOutOfCapacity);
  ASSERT_TRUE(store->prepare_append(*id, {0, 8}));
  ASSERT_TRUE(store->commit_append(*id, {0, 8}));
  EXPECT_EQ(store->facts(*id)->lengths, (Lengths{0, 8}));
  EXPECT_THAT(store->prepare_append(*id, {0, 1}).error().message,
              testing::HasSubstr("row 1 holds 8 tokens and gets 1 more: the session was opened "
                                 "for 8"));
}

TEST(SessionStore, DamageOnTheHostIsFoundNotServed) {
  auto memory =
      PagedMemory::create({.size = Bytes(16 * page_size()), .block_size = Bytes(page_size())});
  auto host = BlockPool::create(Bytes(16 * page_size()), Bytes(page_size()), RegionKind::kPrivate);
  BlockPool* const pool = host->get();
  SessionStore store(std::move(*memory), std::move(*host), {.verifies_restores = true});
  const auto id = store.open(layout_of(64));
  append(store, *id, 30, 1);
  clean(store, *id);
  ASSERT_TRUE(store.drop(*id));
  pool->bytes(2)[100] ^= std::byte{1};
  auto work = store.begin_restore(*id);
  work->run();
  const auto finished = store.finish(std::move(*work));
  ASSERT_FALSE(finished.has_value());
  EXPECT_EQ(finished.error().reason, RefusalReason::kCorrupt);
  EXPECT_EQ(finished.error().to_error().blame(), Blame::kBug);
  EXPECT_EQ(store.facts(*id)->residence, Residence::kHostOnly);
  EXPECT_EQ(store.report().swap.corrupt, 1);
  EXPECT_TRUE(store.check().has_value());
}

TEST(SessionStore, ReportSaysWhatAnArenaWastes) {
  const auto store = store_of({.is_paged = false});
  const auto id = store->open(layout_of(100));
  append(*store, *id, 10, 1);
  const MemoryReport report = store->report();
  EXPECT_EQ(report.data.used, Bytes(10 * 256));
  EXPECT_EQ(report.data.waste_internal, Bytes(16 * page_size() - 10 * 256));
  EXPECT_EQ(report.data.free, Bytes(48 * page_size()));
  EXPECT_EQ(report.dirty, report.data.used);
  EXPECT_EQ(report.sessions_dirty, 1);
}

TEST(SessionStoreDeathTest, NoticesItsCallersMistakes) {
  const auto store = store_of();
  const auto id = store->open(layout_of(10));
  EXPECT_DEATH((void)store->commit_append(*id, {1}), "tokens are prepared before they come");
  EXPECT_DEATH((void)store->unpin(*id), "let go as often as it was held");
  auto work = store->begin_clean(*id, Bytes(1));
  EXPECT_DEATH((void)store->finish(std::move(*work)), "finished when it is done");
}

TEST(Residence, HasAName) {
  EXPECT_EQ(to_text(Residence::kHostOnly), "host only");
  EXPECT_EQ(to_text(Residence::kRestoring), "restoring");
}

}  // namespace
}  // namespace assay::djinn
