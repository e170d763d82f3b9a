// SPDX-License-Identifier: MIT
#include "lab/figure/vega_lite.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>

#include "core/codec/json.h"

namespace assay::figure {
namespace {

using codec::Node;
using codec::Scalar;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Figure six_marks(Shape shape) {
  Figure figure;
  figure.id = "f";
  figure.title = "Time against k";
  figure.shape = shape;
  figure.x = "k";
  figure.y = "time";
  figure.table.columns = {{"k", "", ""}, {"time", "time per call", "ns"}, {"trial", "", ""}};
  const auto row = [](std::int64_t k, Value time) {
    return std::vector<Cell>{Scalar(k), std::move(time), Scalar("k=" + std::to_string(k))};
  };
  figure.table.rows = {row(96, Value::measured(1'000, Interval{990, 1'010})),
                       row(97, Value::measured(1'400, Interval{1'380, 1'420})),
                       row(98, Value::missing(State::kUnsupported, "odd")),
                       row(99, Value::of(State::kUndecided, 1'500, "one process")),
                       row(100, Value::measured(1'600)),
                       row(101, Value::missing(State::kFailed, "crashed"))};
  return figure;
}

Node drawn(const Figure& figure) {
  Result<Node> document = to_vega_lite(figure);
  EXPECT_TRUE(document);
  return document ? *document : Node();
}

const std::vector<Node>& values_of(const Node& document) {
  return document.find("data")->find("values")->items();
}

std::set<std::string> mark_types(const Node& document) {
  std::set<std::string> types;
  for (const Node& layer : document.find("layer")->items()) {
    types.insert(*layer.find("mark")->find("type")->as_string());
  }
  return types;
}

TEST(ToVegaLite, AMissingValueIsAGapAndNeverAZero) {
  const Node document = drawn(six_marks(Shape::kLine));
  const auto& values = values_of(document);
  ASSERT_EQ(values.size(), 6U);
  EXPECT_EQ(
      codec::to_json(values[2]),
      R"({"kind":"gap","x":98.0,"y":null,"series":"","state":"unsupported","seen":"unsupported","segment":2,"words":"unsupported","place":0,"reason":"odd","trial":"k=98"})");
  EXPECT_EQ(
      codec::to_json(values[0]),
      R"({"kind":"mark","x":96.0,"y":1.0,"series":"","state":"measured","seen":"1.000 ± 0.010","segment":1,"low":0.99,"high":1.01,"trial":"k=96"})");
}

TEST(ToVegaLite, ALineDoesNotBridgeAGap) {
  std::vector<std::int64_t> segments;
  const Node document = drawn(six_marks(Shape::kLine));
  for (const Node& row : values_of(document)) {
    segments.push_back(*row.find("segment")->as_integer());
  }
  EXPECT_THAT(segments, ElementsAre(1, 1, 2, 3, 3, 4));
}

TEST(ToVegaLite, EachShapeHasItsMarks) {
  EXPECT_THAT(mark_types(drawn(six_marks(Shape::kLine))), ElementsAre("area", "line", "point"));
  EXPECT_THAT(mark_types(drawn(six_marks(Shape::kBars))), ElementsAre("bar", "rule", "text"));
  EXPECT_THAT(mark_types(drawn(six_marks(Shape::kPoints))), ElementsAre("point", "rule"));
}

TEST(ToVegaLite, LayersWithoutRowsAreLeftOut) {
  Figure figure = six_marks(Shape::kLine);
  figure.table.rows.clear();
  EXPECT_TRUE(drawn(figure).find("layer")->items().empty());
}

TEST(ToVegaLite, AxesSayTheirUnits) {
  const std::string text = codec::to_json(drawn(six_marks(Shape::kLine)));
  EXPECT_THAT(text, HasSubstr(R"("title":"time per call [µs]")"));
  EXPECT_THAT(text, HasSubstr("2 without a number: 1 failed, 1 unsupported"));
}

TEST(ToVegaLite, SeriesAreToldApartWithoutColour) {
  Figure figure = six_marks(Shape::kLine);
  EXPECT_THAT(codec::to_json(drawn(figure)), Not(HasSubstr("strokeDash\":{\"field")))
      << "one series needs nothing";
  figure.color = "trial";
  const Node document = drawn(figure);
  std::set<std::string> told;
  for (const Node& layer : document.find("layer")->items()) {
    const std::string type = *layer.find("mark")->find("type")->as_string();
    const Node& encoding = *layer.find("encoding");
    const Node* const color = encoding.find("color");
    for (const char* channel : {"strokeDash", "shape"}) {
      const Node* const own = encoding.find(channel);
      if (own == nullptr || own->find("field") == nullptr) continue;
      told.insert(type + " " + channel);
      EXPECT_EQ(*own->find("title"), *color->find("title")) << "one legend for all";
      EXPECT_EQ(*own->find("scale")->find("domain"), *color->find("scale")->find("domain"));
      const auto& range = own->find("scale")->find("range")->items();
      EXPECT_NE(range[0], range[1]);
    }
  }
  EXPECT_THAT(told, ElementsAre("line strokeDash", "point shape"));
}

TEST(ToVegaLite, BarsStandOnZeroAndLinesNeedNot) {
  const auto zero_of = [](const Node& document) {
    const Node& layer = document.find("layer")->items().front();
    return *layer.find("encoding")->find("y")->find("scale")->find("zero")->as_bool();
  };
  EXPECT_TRUE(zero_of(drawn(six_marks(Shape::kBars))));
  EXPECT_FALSE(zero_of(drawn(six_marks(Shape::kLine))));
}

TEST(ToVegaLite, RulesAndLevelsAreDrawnInTheirPanels) {
  Figure figure = six_marks(Shape::kLine);
  figure.facet = "trial";
  figure.rules = {{.x = 97.5, .label = "97|98 ×1.4", .facet = "k=97"}};
  figure.levels = {{.low = 900, .high = 1'100, .label = "floor"}};
  int rules = 0;
  int levels = 0;
  const Node document = drawn(figure);
  for (const Node& row : values_of(document)) {
    const std::string& kind = *row.find("kind")->as_string();
    rules += kind == "rule" ? 1 : 0;
    levels += kind == "level" ? 1 : 0;
  }
  EXPECT_EQ(rules, 1);
  EXPECT_EQ(levels, 6) << "one in each panel";
}

TEST(ToVegaLite, TextOfTheUserStaysData) {
  Figure figure = six_marks(Shape::kBars);
  figure.color = "trial";
  figure.table.rows[0][2] = Scalar("'); alert(1); ('");
  const Node document = drawn(figure);
  for (const Node& layer : document.find("layer")->items()) {
    EXPECT_THAT(codec::to_json(*layer.find("transform")), Not(HasSubstr("alert")));
    EXPECT_THAT(codec::to_json(*layer.find("mark")), Not(HasSubstr("alert")));
  }
}

double luminance(std::string_view color) {
  const auto channel = [&](std::size_t at) {
    const double c = std::stoi(std::string(color.substr(at, 2)), nullptr, 16) / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

TEST(SeriesColors, KeepContrastInLightAndDark) {
  const double dark = luminance("#1b2026");
  for (const std::string_view color : series_colors()) {
    const double own = luminance(color);
    EXPECT_GE(1.05 / (own + 0.05), 3) << color << " on white";
    EXPECT_GE((own + 0.05) / (dark + 0.05), 3) << color << " on the dark page";
  }
}

}  // namespace
}  // namespace assay::figure
