// SPDX-License-Identifier: MIT
#include "djinn/schedule/admission.h"

#include <gmock/gmock.h>

#include <set>

#include "core/random.h"

namespace assay::djinn {
namespace {

AdmissionRequest ask_for(std::int64_t bytes, std::string tenant = "a",
                         QosClass qos = QosClass::kInteractive) {
  return {.tenant = std::move(tenant), .qos = qos, .reserved = Bytes(bytes)};
}

AdmissionBook book_of(std::int64_t device, std::int64_t host = 0, bool swaps = false) {
  return AdmissionBook({.device = Bytes(device), .host = Bytes(host), .swaps = swaps});
}

TEST(Admission, AdmitsWhatFitsAndQueuesTheRest) {
  AdmissionBook book = book_of(100);
  const Verdict first = book.ask(1s, ask_for(60));
  EXPECT_EQ(first.admission, Admission::kAdmitted);
  const Verdict second = book.ask(1s, ask_for(50));
  EXPECT_EQ(second.admission, Admission::kQueued);
  EXPECT_EQ(second.position, 0);
  EXPECT_EQ(second.eta, std::nullopt) << "nobody ever left";
  const Verdict third = book.ask(1s, ask_for(10));
  EXPECT_EQ(third.admission, Admission::kQueued) << "it would fit, and overtakes nobody";
  EXPECT_EQ(third.position, 1);
  book.release(2s, first.reservation);
  EXPECT_THAT(book.admit_waiting(2s), testing::ElementsAre(second.reservation, third.reservation));
  EXPECT_EQ(book.reserved(), Bytes(60));
  EXPECT_TRUE(book.check().has_value());
}

TEST(Admission, RefusesWithAReason) {
  AdmissionBook book({.device = Bytes(100), .queue_max = 1});
  book.set_quota("small", {.reserved_max = Bytes(10), .sessions_max = 1});
  EXPECT_EQ(book.ask(1s, ask_for(101)).reason, RejectReason::kTooLarge);
  EXPECT_EQ(book.ask(1s, ask_for(-1)).reason, RejectReason::kTooLarge);
  EXPECT_EQ(book.ask(1s, ask_for(11, "small")).reason, RejectReason::kTenantQuota);
  const Verdict first = book.ask(1s, ask_for(50));
  const Verdict second = book.ask(1s, ask_for(50));
  AdmissionRequest impatient = ask_for(50);
  impatient.may_queue = false;
  Verdict refused = book.ask(1s, impatient);
  EXPECT_EQ(refused.admission, Admission::kRejected);
  EXPECT_EQ(refused.reason, RejectReason::kFull);
  EXPECT_EQ(refused.retry_after, std::nullopt);
  book.release(2s, first.reservation);
  ASSERT_EQ(book.ask(2s, ask_for(50)).admission, Admission::kAdmitted);
  book.release(4s, second.reservation);  // 50 bytes in 2 s.
  ASSERT_EQ(book.ask(4s, ask_for(50)).admission, Admission::kAdmitted);
  refused = book.ask(4s, impatient);
  EXPECT_EQ(refused.retry_after, 2s);
  AdmissionRequest hurried = ask_for(50);
  hurried.wait_max = 1s;
  EXPECT_EQ(book.ask(4s, hurried).reason, RejectReason::kDeadlineMissed);
  const Verdict queued = book.ask(4s, ask_for(100));
  EXPECT_EQ(queued.eta, 4s);
  EXPECT_EQ(book.ask(4s, ask_for(1)).reason, RejectReason::kQueueFull);
  book.release(5s, queued.reservation);
  EXPECT_EQ(book.waiting(), 0) << "who waits may go";
}

TEST(Admission, IdleSessionsOvercommitUpToTheHost) {
  EXPECT_EQ(book_of(100, 300, false).capacity(), Bytes(100));
  EXPECT_EQ(book_of(100, 300, true).capacity(), Bytes(300));
  EXPECT_EQ(book_of(100, 50, true).capacity(), Bytes(100));
  AdmissionBook book = book_of(100, 300, true);
  std::vector<ReservationId> ids;
  for (int i = 0; i < 6; ++i)
    ids.push_back(book.ask(1s, ask_for(50)).reservation);
  EXPECT_EQ(book.reserved(), Bytes(300));
  EXPECT_TRUE(book.start_computing(ids[0]));
  EXPECT_TRUE(book.start_computing(ids[1]));
  EXPECT_TRUE(book.start_computing(ids[1])) << "it does already";
  EXPECT_FALSE(book.start_computing(ids[2])) << "those that compute fit the device";
  book.stop_computing(ids[0]);
  EXPECT_TRUE(book.start_computing(ids[2]));
  book.release(2s, ids[1]);
  EXPECT_EQ(book.computing(), Bytes(50));
}

TEST(Admission, ATenantAtItsQuotaHoldsNobodyElseUp) {
  AdmissionBook book = book_of(100);
  book.set_quota("b", {.sessions_max = 1});
  const Verdict first = book.ask(1s, ask_for(10, "b"));
  const Verdict second = book.ask(1s, ask_for(10, "b"));
  EXPECT_EQ(second.admission, Admission::kQueued);
  EXPECT_EQ(book.ask(1s, ask_for(10, "a")).admission, Admission::kAdmitted);
  EXPECT_THAT(book.admit_waiting(1s), testing::IsEmpty());
  book.release(2s, first.reservation);
  EXPECT_THAT(book.admit_waiting(2s), testing::ElementsAre(second.reservation));
}

TEST(Admission, ATenantHasSoManyPlacesInTheQueue) {
  AdmissionBook book = book_of(100);
  book.set_quota("b", {.sessions_max = 1, .queued_max = 1});
  EXPECT_EQ(book.ask(1s, ask_for(10, "b")).admission, Admission::kAdmitted);
  EXPECT_TRUE(book.may_compute(1));
  AdmissionRequest hurried = ask_for(10, "b");
  hurried.may_queue = false;
  EXPECT_EQ(book.ask(1s, hurried).reason, RejectReason::kTenantQuota) << "there is room";
  EXPECT_EQ(book.ask(1s, ask_for(10, "b")).admission, Admission::kQueued);
  const Verdict third = book.ask(1s, ask_for(10, "b"));
  EXPECT_EQ(third.admission, Admission::kRejected);
  EXPECT_EQ(third.reason, RejectReason::kTenantQuota);
  EXPECT_EQ(book.ask(1s, ask_for(100, "a")).admission, Admission::kQueued) << "others' places";
}

TEST(Admission, ClassesGoInOrderUntilSomebodyStarves) {
  AdmissionBook book({.device = Bytes(10), .starves_after = 5s});
  const Verdict running = book.ask(0s, ask_for(10));
  const Verdict batch = book.ask(1s, ask_for(10, "a", QosClass::kBatch));
  const Verdict realtime = book.ask(2s, ask_for(10, "a", QosClass::kRealtime));
  EXPECT_EQ(realtime.position, 0);
  EXPECT_EQ(book.position_of(batch.reservation, 3s), 1);
  EXPECT_EQ(book.position_of(batch.reservation, 6s), 0) << "it waited for 5 s";
  EXPECT_EQ(book.position_of(running.reservation, 6s), std::nullopt);
  book.release(6s, running.reservation);
  EXPECT_THAT(book.admit_waiting(6s), testing::ElementsAre(batch.reservation));
}

TEST(Admission, KeepsItsPromisesUnderAllInterleavings) {
  for (const bool swaps : {false, true}) {
    Random random(swaps ? 31 : 32);
    AdmissionBook book({.device = Bytes(1'000),
                        .host = Bytes(3'000),
                        .swaps = swaps,
                        .queue_max = 30,
                        .starves_after = 2s,
                        .quota = {.reserved_max = Bytes(1'500), .sessions_max = 12}});
    std::set<ReservationId> admitted, waiting;
    Nanoseconds now{0};
    std::int64_t from_queue = 0;
    for (int step = 0; step < 30'000; ++step) {
      now += Nanoseconds(static_cast<std::int64_t>(random.below(10'000'000)));
      const auto any = [&](const std::set<ReservationId>& ids) {
        return *std::next(ids.begin(), static_cast<std::ptrdiff_t>(random.below(ids.size())));
      };
      switch (random.below(6)) {
        case 0:
        case 1: {
          const Verdict verdict =
              book.ask(now, ask_for(static_cast<std::int64_t>(random.below(600)),
                                    std::string(1, static_cast<char>('a' + random.below(4))),
                                    static_cast<QosClass>(random.below(kQosClasses))));
          if (verdict.admission == Admission::kAdmitted) admitted.insert(verdict.reservation);
          if (verdict.admission == Admission::kQueued) waiting.insert(verdict.reservation);
          break;
        }
        case 2:
          if (!admitted.empty()) {
            const ReservationId id = any(admitted);
            book.release(now, id);
            admitted.erase(id);
          }
          break;
        case 3:
          if (!waiting.empty() && random.below(5) == 0) {
            const ReservationId id = any(waiting);
            book.release(now, id);
            waiting.erase(id);
          }
          break;
        case 4:
          if (!admitted.empty()) (void)book.start_computing(any(admitted));
          break;
        default:
          if (!admitted.empty()) book.stop_computing(any(admitted));
      }
      for (const ReservationId id : book.admit_waiting(now)) {
        ASSERT_EQ(waiting.erase(id), 1U);
        admitted.insert(id);
        ++from_queue;
      }
      const auto checked = book.check();
      ASSERT_TRUE(checked.has_value()) << checked.error().message();
      ASSERT_EQ(book.waiting(), std::ssize(waiting)) << "nobody is forgotten";
    }
    EXPECT_GT(from_queue, 500);
    while (!admitted.empty()) {
      book.release(now, *admitted.begin());
      admitted.erase(admitted.begin());
      for (const ReservationId id : book.admit_waiting(now)) {
        waiting.erase(id);
        admitted.insert(id);
      }
    }
    EXPECT_THAT(waiting, testing::IsEmpty()) << "everybody came in";
    EXPECT_EQ(book.reserved(), Bytes(0));
  }
}

TEST(RejectReason, HasAName) {
  EXPECT_EQ(to_text(RejectReason::kTenantQuota), "tenant quota");
  EXPECT_EQ(to_text(RejectReason::kDeadlineMissed), "deadline missed");
}

}  // namespace
}  // namespace assay::djinn
