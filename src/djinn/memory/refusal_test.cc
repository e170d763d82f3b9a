// SPDX-License-Identifier: MIT
#include "djinn/memory/refusal.h"

#include <gmock/gmock.h>

#include <memory>
#include <set>

namespace assay::djinn {
namespace {

static_assert(!std::is_convertible_v<Outcome<int>, bool>, "success is asked for explicitly");
static_assert(!std::is_default_constructible_v<Outcome<int>>, "a value or a refusal");

TEST(Refusal, EveryReasonHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kRefusalReasons; ++i) {
    const std::string_view name = to_text(static_cast<RefusalReason>(i));
    EXPECT_NE(name, "?") << i;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

TEST(Refusal, SaysWhoseFaultItIs) {
  const auto blame = [](RefusalReason reason) { return Refusal{reason, "x"}.to_error().blame(); };
  EXPECT_EQ(blame(RefusalReason::kCorrupt), Blame::kBug);
  EXPECT_EQ(blame(RefusalReason::kHostFull), Blame::kEnvironment);
  EXPECT_EQ(blame(RefusalReason::kStaleSession), Blame::kUser);
  EXPECT_EQ(Refusal::because(RefusalReason::kBusy, "{} of {}", 1, 2).to_error().message(),
            "1 of 2");
}

TEST(Outcome, PassesARefusalThroughFunctions) {
  const auto inner = [](bool works) -> Outcome<std::unique_ptr<int>> {
    if (!works) return Refusal{RefusalReason::kPinned, "held"};
    return std::make_unique<int>(7);
  };
  const auto outer = [&](bool works) -> Outcome<int> {
    ASSAY_TRY(const auto value, inner(works));
    return *value;
  };
  EXPECT_EQ(*outer(true), 7);
  EXPECT_EQ(outer(false).error().reason, RefusalReason::kPinned);
  EXPECT_EQ(outer(false).error().message, "held");
}

TEST(OutcomeDeathTest, NeverGivesWhatItHasNot) {
  Outcome<int> refused = Refusal{RefusalReason::kBusy, "x"};
  EXPECT_DEATH((void)*refused, "a value is taken only where there is one");
  Outcome<int> granted = 1;
  EXPECT_DEATH((void)granted.error(), "a reason is taken only where there is one");
}

}  // namespace
}  // namespace assay::djinn
