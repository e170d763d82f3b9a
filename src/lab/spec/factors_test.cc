// SPDX-License-Identifier: MIT
#include "lab/spec/factors.h"

#include <gmock/gmock.h>

#include <set>

namespace assay::spec {
namespace {

const Factors kPoint{
    {"m", std::int64_t{256}}, {"alpha", 0.5}, {"library", "openblas"}, {"causal", true}};

TEST(Factors, SetReplacesOrAppends) {
  Factors factors = kPoint;
  factors.set("m", std::int64_t{512});
  factors.set("k", std::int64_t{107});
  EXPECT_EQ(to_text(factors), "m=512 alpha=0.5 library=openblas causal=true k=107");
}

TEST(Factors, TypedReadsGiveTheValue) {
  EXPECT_EQ(*kPoint.integer("m"), 256);
  EXPECT_EQ(*kPoint.number("alpha"), 0.5);
  EXPECT_EQ(*kPoint.number("m"), 256.0);
  EXPECT_EQ(*kPoint.flag("causal"), true);
  EXPECT_EQ(*kPoint.text("library"), "openblas");
}

TEST(Factors, TypedReadsNameWhatIsWrong) {
  EXPECT_EQ(kPoint.integer("library").error().message(),
            "factor library must be an integer: got openblas (text)");
  EXPECT_EQ(kPoint.flag("m").error().message(),
            "factor m must be true or false: got 256 (an integer)");
  EXPECT_EQ(kPoint.number("causal").error().message(),
            "factor causal must be a number: got true (a flag)");
  EXPECT_EQ(kPoint.text("librery").error().message(),
            "unknown factor: librery; did you mean library? known: m, alpha, library, causal");
}

TEST(Factors, EqualityAndHashDoNotDependOnOrder) {
  const Factors turned{
      {"causal", true}, {"library", "openblas"}, {"alpha", 0.5}, {"m", std::int64_t{256}}};
  EXPECT_EQ(kPoint, turned);
  EXPECT_EQ(hash_of(kPoint), hash_of(turned));
  EXPECT_EQ(hash_of(Factors{{"x", 0.0}}), hash_of(Factors{{"x", -0.0}}));
}

TEST(Factors, HashTellsNamesTypesAndValuesApart) {
  const std::vector<Factors> different{
      {},
      {{"x", std::int64_t{1}}},
      {{"x", 1.0}},
      {{"x", "1"}},
      {{"x", true}},
      {{"x", Scalar{}}},
      {{"y", std::int64_t{1}}},
      {{"x", std::int64_t{1}}, {"y", std::int64_t{2}}},
      {{"x", std::int64_t{2}}, {"y", std::int64_t{1}}},
  };
  std::set<std::uint64_t> hashes;
  for (const Factors& factors : different) {
    hashes.insert(hash_of(factors));
    for (const Factors& other : different) {
      EXPECT_EQ(factors == other, &factors == &other);
    }
  }
  EXPECT_EQ(hashes.size(), different.size());
}

TEST(Factors, OverlayLaysOneOverTheOther) {
  const Factors over{{"library", "onednn"}, {"k", std::int64_t{8}}};
  EXPECT_EQ(to_text(overlay(kPoint, over)), "m=256 alpha=0.5 library=onednn causal=true k=8");
}

TEST(Factors, NodeRoundTrip) {
  const Result<Factors> again = factors_from(to_node(kPoint));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, kPoint);
  EXPECT_EQ(to_text(*again), to_text(kPoint));
}

TEST(Factors, FromNodeRefusesWhatIsNotASetting) {
  EXPECT_EQ(factors_from(codec::Node("k=3")).error().message(),
            "factors must be a map of names to values");
  codec::Node node = codec::Node::map();
  node.set("k", codec::Node::list());
  EXPECT_EQ(factors_from(node).error().message(), "factor k must be a single value");
}

}  // namespace
}  // namespace assay::spec
