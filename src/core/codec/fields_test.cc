// SPDX-License-Identifier: MIT
#include "core/codec/fields.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/codec/json.h"

namespace assay::codec {
namespace {

template <class T>
std::string message(const Result<T>& result) {
  return result ? "no error" : result.error().message();
}

TEST(Fields, ReadsEveryKind) {
  const Result<Node> node = parse_json(R"({"t":"x","i":7,"d":0.5,"h":"00ff00ff00ff00ff",)"
                                       R"("l":[1],"inf":"inf","low":"-inf","nan":"nan"})");
  ASSERT_TRUE(node);
  const Result<Fields> fields = Fields::of(*node, "record");
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields->text("t"), "x");
  EXPECT_EQ(*fields->integer("i"), 7);
  EXPECT_EQ(*fields->number("i"), 7.0);
  EXPECT_EQ(*fields->number("d"), 0.5);
  EXPECT_EQ(*fields->hex("h"), 0x00ff'00ff'00ff'00ffU);
  EXPECT_EQ((*fields->list("l"))->items().size(), 1U);
  EXPECT_TRUE(std::isinf(*fields->number("inf")));
  EXPECT_LT(*fields->number("low"), 0);
  EXPECT_TRUE(std::isnan(*fields->number("nan")));
}

TEST(Fields, ComplaintsNameThePath) {
  const Result<Node> node = parse_json(R"({"t":"x","i":7,"h":"+0ff00ff00ff00ff"})");
  ASSERT_TRUE(node);
  const Result<Fields> fields = Fields::of(*node, "record.arms[1]");
  EXPECT_EQ(message(fields->text("none")), "record.arms[1].none: missing");
  EXPECT_EQ(message(fields->text("i")), "record.arms[1].i: expected a text, got 7");
  EXPECT_EQ(message(fields->integer("t")), "record.arms[1].t: expected an integer, got \"x\"");
  EXPECT_EQ(message(fields->integer("i", 0, 6)), "record.arms[1].i: expected 0 ... 6, got 7");
  EXPECT_EQ(message(fields->number("t")), "record.arms[1].t: expected a number, got \"x\"");
  EXPECT_EQ(message(fields->list("t")), "record.arms[1].t: expected a list, got \"x\"");
  EXPECT_EQ(message(fields->hex("t")),
            "record.arms[1].t: expected 16 hexadecimal digits, got \"x\"");
  EXPECT_FALSE(fields->hex("h")) << "a sign is no digit";
  EXPECT_EQ(message(Fields::of(Node::list(std::vector<Node>(50, 1)), "x")),
            "x: expected a map, got [" + std::string("1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,") +
                "1,1,1,1,1,1,1,1,1,1...");
}

TEST(NumberNode, SurvivesJson) {
  EXPECT_EQ(to_json(Node::list({number_node(1.5), number_node(INFINITY), number_node(-INFINITY),
                                number_node(NAN)})),
            R"([1.5,"inf","-inf","nan"])");
}

}  // namespace
}  // namespace assay::codec
