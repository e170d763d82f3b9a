// SPDX-License-Identifier: MIT
// Random schedules over many sessions, whatever their memory is made of: every byte of every
// session is known to a model, small pools are full again and again, copies are abandoned half way,
// and after every step all books agree.
#include "djinn/memory/session_memory.h"

#include <gmock/gmock.h>

#include <cstring>
#include <deque>
#include <map>

#include "core/random.h"
#include "djinn/memory/contiguous_memory.h"
#include "djinn/memory/paged_memory.h"
#include "djinn/memory/session_store.h"

namespace assay::djinn {
namespace {

using tensor::DType;

struct Model {
  StateLayout layout;
  Lengths lengths;
  std::vector<std::byte> bytes;  ///< Of the whole range of addresses.
  int pins = 0;
};

class Schedule {
 public:
  Schedule(std::unique_ptr<SessionStore> store, std::int64_t capacity_max, std::uint64_t seed)
      : store_(std::move(store)), capacity_max_(capacity_max), random_(seed) {}

  void step() {
    switch (random_.below(12)) {
      case 0:
        return open();
      case 1:
        return random_.below(6) == 0 ? close() : void();
      case 2:
      case 3:
      case 4:
        return append();
      case 5:
        return truncate();
      case 6:
        return pin_or_unpin();
      case 7:
        return begin(random_.coin());
      case 8:
        return end_of_work();
      case 9:
        return drop();
      case 10:
        return forget();
      default:
        return advance_work();
    }
  }

  void check() {
    const auto checked = store_->check();
    ASSERT_TRUE(checked.has_value()) << checked.error().message();
  }
  /// Byte for byte, wherever the session is on the device.
  void compare() {
    for (const auto& [id, model] : models_) {
      ASSERT_EQ(store_->facts(id)->lengths, model.lengths);
      const auto states = store_->states(id);
      if (!states) continue;
      const auto* const base = static_cast<const std::byte*>(states->front().data);
      model.layout.for_each_run(Lengths(model.lengths.size()), model.lengths,
                                [&](std::int64_t offset, std::int64_t size) {
                                  ASSERT_EQ(std::memcmp(base + offset, model.bytes.data() + offset,
                                                        static_cast<std::size_t>(size)),
                                            0);
                                });
    }
  }
  MemoryReport report() const { return store_->report(); }

 private:
  std::int64_t number(std::int64_t below) {
    return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(below)));
  }
  std::pair<const SessionId, Model>* any() {
    if (models_.empty()) return nullptr;
    return &*std::next(models_.begin(), number(std::ssize(models_)));
  }

  void open() {
    if (models_.size() >= 12) return;
    const tensor::TensorType type{random_.coin() ? DType::kF32 : DType::kI8,
                                  {number(3) + 1, number(2) + 1, number(capacity_max_) + 1, 16}};
    const auto layout = StateLayout::create({{"k", type}, {"v", type}});
    ASSERT_TRUE(layout.has_value());
    const auto id = store_->open(*layout);
    if (!id)
      return expect(id.error().reason, {RefusalReason::kDeviceFull, RefusalReason::kTooLarge});
    Model model{.layout = *layout,
                .lengths = Lengths(static_cast<std::size_t>(layout->rows())),
                .bytes = std::vector<std::byte>(static_cast<std::size_t>(layout->size().count()))};
    ASSERT_TRUE(models_.emplace(*id, std::move(model)).second) << "a name is given once";
  }

  void close() {
    auto* const one = any();
    if (one == nullptr) return;
    const auto closed = store_->close(one->first);
    if (!closed)
      return expect(closed.error().reason, {RefusalReason::kBusy, RefusalReason::kPinned});
    const SessionId id = one->first;
    models_.erase(id);
    EXPECT_EQ(store_->pin(id).error().reason, RefusalReason::kStaleSession);
  }

  void append() {
    auto* const one = any();
    if (one == nullptr) return;
    auto& [id, model] = *one;
    Lengths counts(model.lengths.size());
    for (std::int64_t& count : counts)
      count = number(50);
    const auto prepared = store_->prepare_append(id, counts);
    if (!prepared) {
      return expect(prepared.error().reason,
                    {RefusalReason::kDeviceFull, RefusalReason::kTooLarge, RefusalReason::kBusy,
                     RefusalReason::kNotResident, RefusalReason::kOutOfCapacity,
                     RefusalReason::kMappingsFull});
    }
    Lengths grown = model.lengths;
    for (std::size_t row = 0; row < grown.size(); ++row)
      grown[row] += counts[row];
    auto* const base = static_cast<std::byte*>(store_->states(id)->front().data);
    model.layout.for_each_run(model.lengths, grown, [&](std::int64_t offset, std::int64_t size) {
      for (std::int64_t i = offset; i < offset + size; ++i) {
        base[i] = model.bytes[static_cast<std::size_t>(i)] = static_cast<std::byte>(random_.next());
      }
    });
    if (random_.below(10) == 0) return;  // The operation failed: the tokens never were.
    ASSERT_TRUE(store_->commit_append(id, counts));
    model.lengths = grown;
  }

  void truncate() {
    auto* const one = any();
    if (one == nullptr || random_.below(3) != 0) return;
    auto& [id, model] = *one;
    const std::int64_t row = number(std::ssize(model.lengths));
    auto& length = model.lengths[static_cast<std::size_t>(row)];
    const std::int64_t next = number(length + 1);
    const auto cut = store_->truncate(id, row, next);
    if (!cut) return expect(cut.error().reason, {RefusalReason::kBusy, RefusalReason::kPinned});
    length = next;
  }

  void pin_or_unpin() {
    auto* const one = any();
    if (one == nullptr) return;
    if (one->second.pins > 0) {
      ASSERT_TRUE(store_->unpin(one->first));
      --one->second.pins;
    } else if (store_->pin(one->first)) {
      ++one->second.pins;
    }
  }

  void begin(bool is_clean) {
    auto* const one = any();
    if (one == nullptr) return;
    auto begun = is_clean ? store_->begin_clean(one->first, Bytes(number(20'000)))
                          : store_->begin_restore(one->first);
    if (!begun) {
      return expect(begun.error().reason,
                    {RefusalReason::kBusy, RefusalReason::kHostFull, RefusalReason::kNotResident,
                     RefusalReason::kNotHostOnly, RefusalReason::kDeviceFull,
                     RefusalReason::kMappingsFull, RefusalReason::kTooLarge});
    }
    works_.push_back(std::move(*begun));
  }

  void advance_work() {
    if (!works_.empty()) works_[random_.below(works_.size())].run(Bytes(number(5'000)));
  }

  void end_of_work() {
    if (works_.empty()) return;
    std::swap(works_[random_.below(works_.size())], works_.back());
    CopyWork work = std::move(works_.back());
    works_.pop_back();
    if (random_.below(5) == 0) return store_->abandon(std::move(work));
    work.run();
    const auto finished = store_->finish(std::move(work));
    ASSERT_TRUE(finished.has_value()) << finished.error().message;
  }

  void drop() {
    auto* const one = any();
    if (one == nullptr) return;
    const auto dropped = store_->drop(one->first);
    if (!dropped) {
      expect(dropped.error().reason, {RefusalReason::kBusy, RefusalReason::kPinned,
                                      RefusalReason::kNotClean, RefusalReason::kNotResident});
    }
  }

  void forget() {
    auto* const one = any();
    if (one == nullptr || random_.below(4) != 0) return;
    const auto forgotten = store_->forget_copy(one->first);
    if (!forgotten) {
      expect(forgotten.error().reason, {RefusalReason::kBusy, RefusalReason::kNotResident});
    }
  }

  static void expect(RefusalReason reason, const std::vector<RefusalReason>& allowed) {
    EXPECT_THAT(allowed, testing::Contains(reason)) << to_text(reason);
  }

  std::unique_ptr<SessionStore> store_;
  std::int64_t capacity_max_;
  Random random_;
  std::map<SessionId, Model> models_;
  std::deque<CopyWork> works_;
};

std::unique_ptr<SessionStore> store_of(bool is_paged, std::int64_t host_pages, bool verifies) {
  const Bytes device(61 * page_size());
  auto memory = is_paged
                    ? PagedMemory::create(
                          {.size = device, .block_size = Bytes(page_size()), .mappings_max = 150})
                    : ContiguousMemory::create(device, Bytes(12 * page_size()));
  auto host =
      BlockPool::create(Bytes(host_pages * page_size()), Bytes(page_size()), RegionKind::kPrivate);
  ASSAY_CHECK(memory.has_value() && host.has_value(), "a small memory is there");
  return std::make_unique<SessionStore>(std::move(*memory), std::move(*host),
                                        SessionStoreOptions{.verifies_restores = verifies});
}

TEST(SessionMemory, LosesNoByteOverRandomSchedules) {
  std::uint64_t seed = 1;
  for (const bool is_paged : {true, false}) {
    for (const std::int64_t host_pages : {8, 200}) {
      Schedule schedule(store_of(is_paged, host_pages, host_pages == 8), is_paged ? 200 : 60,
                        ++seed);
      for (int step = 0; step < 12'000; ++step) {
        schedule.step();
        schedule.check();
        if (step % 8 == 0) schedule.compare();
        ASSERT_FALSE(testing::Test::HasFailure())
            << "step " << step << (is_paged ? " paged, " : " contiguous, ") << host_pages;
      }
      const SwapCounts counts = schedule.report().swap;
      EXPECT_GT(counts.drops, 30);
      EXPECT_GT(counts.restores, 15);
      EXPECT_GT(counts.abandoned, 30);
      EXPECT_EQ(counts.corrupt, 0);
      const auto refusals = [&](RefusalReason reason) {
        return counts.refusals[static_cast<std::size_t>(reason)];
      };
      EXPECT_GT(refusals(RefusalReason::kDeviceFull) + refusals(RefusalReason::kMappingsFull), 20)
          << "the device was full";
      EXPECT_EQ(refusals(RefusalReason::kHostFull) > 20, host_pages == 8) << "the host was full";
    }
  }
}

}  // namespace
}  // namespace assay::djinn
