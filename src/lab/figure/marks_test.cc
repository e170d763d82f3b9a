// SPDX-License-Identifier: MIT
#include "lab/figure/marks.h"

#include <gmock/gmock.h>

namespace assay::figure {
namespace {

using codec::Scalar;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Figure small_figure() {
  Figure figure;
  figure.id = "f";
  figure.x = "k";
  figure.y = "time";
  figure.color = "arm";
  figure.table.columns = {{"k", "", ""}, {"arm", "", ""}, {"time", "time", "ns"}};
  const auto row = [](std::int64_t k, const char* arm, Value time) {
    return std::vector<Cell>{Scalar(k), Scalar(arm), std::move(time)};
  };
  figure.table.rows = {row(112, "b", Value::measured(5'000)), row(96, "a", Value::measured(4'000)),
                       row(112, "a", Value::missing(State::kUnsupported, "no")),
                       row(96, "b", Value::missing(State::kTimedOut, "60 s"))};
  return figure;
}

TEST(MarksOf, GroupsBySeriesInAscendingX) {
  const auto marks = marks_of(small_figure());
  ASSERT_TRUE(marks) << marks.error().to_string();
  EXPECT_THAT(marks->series, ElementsAre("b", "a"));
  EXPECT_THAT(marks->facets, ElementsAre(""));
  std::vector<std::string> seen;
  for (const Mark& mark : marks->marks)
    seen.push_back(mark.series + mark.category);
  EXPECT_THAT(seen, ElementsAre("b96", "b112", "a96", "a112"));
  EXPECT_EQ(marks->y.title, "time [µs]");
  EXPECT_DOUBLE_EQ(marks->marks[1].y.number(), 5);
  EXPECT_TRUE(marks->x.is_numeric);
}

TEST(MarksOf, BarsStandOnCategories) {
  Figure figure = small_figure();
  figure.shape = Shape::kBars;
  const auto marks = marks_of(figure);
  ASSERT_TRUE(marks);
  EXPECT_FALSE(marks->x.is_numeric);
  EXPECT_THAT(marks->categories, ElementsAre("112", "96"));
}

TEST(MarksOf, AnUnknownColumnIsNamedWithTheKnownOnes) {
  Figure figure = small_figure();
  figure.y = "tiem";
  const auto marks = marks_of(figure);
  ASSERT_FALSE(marks);
  EXPECT_THAT(marks.error().to_string(), HasSubstr("did you mean time?"));
  EXPECT_THAT(marks.error().to_string(), HasSubstr("in figure f"));
}

TEST(MarksOf, AnEmptyTableHasOneUnnamedPanelAndSeries) {
  Figure figure = small_figure();
  figure.table.rows.clear();
  const auto marks = marks_of(figure);
  ASSERT_TRUE(marks);
  EXPECT_THAT(marks->series, ElementsAre(""));
  EXPECT_THAT(marks->facets, ElementsAre(""));
}

TEST(NotesOf, CountsWhatHasNoNumberByState) {
  const auto marks = marks_of(small_figure());
  ASSERT_TRUE(marks);
  EXPECT_THAT(notes_of(*marks), ElementsAre("2 without a number: 1 timed out, 1 unsupported"));
  EXPECT_THAT(notes_of(Marks{}), IsEmpty());
}

TEST(MarksOf, AnIntervalThatWouldFlattenTheRestIsCutAndSaid) {
  Figure figure = small_figure();
  figure.table.rows[0][2] = Value::measured(5'000, Interval{-80'000, 90'000});
  figure.table.rows[1][2] = Value::measured(4'000, Interval{3'000, 5'000});
  const auto marks = marks_of(figure);
  ASSERT_TRUE(marks);
  const Mark& wide = marks->marks[1];
  EXPECT_TRUE(wide.is_cut);
  EXPECT_EQ(wide.drawn, (Interval{1.5, 7.5})) << "half of the largest beyond 4 and 5";
  EXPECT_EQ(wide.y.interval(), (Interval{-80, 90})) << "what is told stays whole";
  const Mark& narrow = marks->marks[2];
  EXPECT_FALSE(narrow.is_cut);
  EXPECT_EQ(narrow.drawn, narrow.y.interval());
  EXPECT_THAT(notes_of(*marks),
              ElementsAre(HasSubstr("without a number"), "1 interval reaches beyond the figure"));
}

TEST(PanelsShareY, UnlessTheyAreFarApart) {
  Figure figure = small_figure();
  figure.facet = "arm";
  figure.table.rows[0][2] = Value::measured(15'000);
  EXPECT_TRUE(panels_share_y(*marks_of(figure)));
  figure.table.rows[0][2] = Value::measured(17'000);
  EXPECT_FALSE(panels_share_y(*marks_of(figure)));
}

}  // namespace
}  // namespace assay::figure
