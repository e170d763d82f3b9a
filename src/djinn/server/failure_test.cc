// SPDX-License-Identifier: MIT
#include "djinn/server/failure.h"

#include <gmock/gmock.h>

namespace assay::djinn {
namespace {

TEST(Failure, SaysWhoseFaultItIsByItsCode) {
  EXPECT_EQ(Failure(Error::user("x")).code, ErrorCode::kInvalid);
  EXPECT_EQ(Failure(Error::environment("x")).code, ErrorCode::kOverloaded);
  EXPECT_EQ(Failure(Error::bug("x")).code, ErrorCode::kInternal);
  const std::vector<std::pair<RefusalReason, ErrorCode>> cases{
      {RefusalReason::kTooLarge, ErrorCode::kTooLarge},
      {RefusalReason::kOutOfCapacity, ErrorCode::kTooLarge},
      {RefusalReason::kDeviceFull, ErrorCode::kOverloaded},
      {RefusalReason::kHostFull, ErrorCode::kOverloaded},
      {RefusalReason::kUnknownSession, ErrorCode::kNotFound},
      {RefusalReason::kStaleSession, ErrorCode::kStateLost},
      {RefusalReason::kCorrupt, ErrorCode::kStateLost},
      {RefusalReason::kBusy, ErrorCode::kInternal},
  };
  for (const auto& [reason, code] : cases) {
    EXPECT_EQ(Failure(Refusal{reason, "why"}).code, code) << to_text(reason);
  }
}

TEST(Failure, TravelsWithoutWhatATerminalObeys) {
  const Failure failure(ErrorCode::kInvalid, "red \x1b[31m text", Nanoseconds(5));
  const ErrorMessage message = failure.to_message();
  EXPECT_EQ(message.message, "red ?[31m text");
  EXPECT_EQ(message.retry_after, Nanoseconds(5));
}

TEST(Served, IsAValueOrAFailure) {
  const auto half = [](int number) -> Served<int> {
    if (number % 2 != 0) return Error::user("{} is odd", number);
    return number / 2;
  };
  const auto quarter = [&](int number) -> Served<int> {
    ASSAY_TRY(const int one, half(number));
    ASSAY_TRY(const int two, half(one));
    return two;
  };
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().message, "3 is odd");
}

}  // namespace
}  // namespace assay::djinn
