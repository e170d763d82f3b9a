// SPDX-License-Identifier: MIT
#include "oracle/hardware/hardware_profile.h"

#include <gmock/gmock.h>

#include "core/format.h"

namespace assay::oracle {
namespace {

constexpr std::string_view kHead =
    "schema: assay.hardware/1\nname: toy\ndescription: A toy\nnumbers:\n";

std::string with_number(std::string_view line) {
  return format("{}  {}\n", kHead, line);
}

TEST(HardwareProfile, ReadsEveryNumberWithItsSource) {
  const auto profile = parse_hardware_profile(
      format("{}  launch_ns: {{value: 5000, is: assumed, from: a guess}}\n"
             "  memory_bytes: {{value: 48e9, is: datasheet, from: the maker}}\n",
             kHead),
      "hardware/toy.yaml");
  ASSERT_TRUE(profile) << profile.error().to_string();
  EXPECT_EQ(profile->name, "toy");
  EXPECT_EQ(*profile->value("launch_ns"), 5000);
  EXPECT_EQ(*profile->value("memory_bytes"), 48e9);
  EXPECT_EQ(profile->numbers[0].provenance, Provenance::kAssumed);
  EXPECT_EQ(profile->numbers[1].source, "the maker");
  EXPECT_EQ(profile->summary(), "A toy: 0 numbers measured, 1 of datasheets, 1 assumed");
}

TEST(HardwareProfile, MissesANumberOnlyWhenItIsAskedFor) {
  const auto profile = parse_hardware_profile(
      with_number("launch_ns: {value: 1, is: measured, from: here}"), "hardware/toy.yaml");
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->value("replay_ns").error().message(), "hardware/toy.yaml has no replay_ns");
}

TEST(HardwareProfile, RefusesWithThePlace) {
  const struct {
    std::string text;
    std::string message;
  } cases[] = {
      {"[1]", "hardware/toy.yaml: a hardware profile is a map"},
      {"schema: assay.hardware/2\n",
       "hardware/toy.yaml:1:1: this Assay reads assay.hardware/1, got assay.hardware/2"},
      {"schema: assay.hardware/1\nname: toy\n", "has no description"},
      {"schema: assay.hardware/1\nname: toy\ndescription: A toy\n", "numbers is a map"},
      {format("{}  launch_ns: {{}}\nmore: 1\n", kHead), "unknown key: more"},
      {with_number("launch: {value: 1, is: measured, from: x}"), "did you mean launch_ns?"},
      {with_number("launch_ns: 5000"), "toy.yaml:5:3: launch_ns is a map of value, is and from"},
      {with_number("launch_ns: {value: 0, is: measured, from: x}"), "has a positive value"},
      {with_number("launch_ns: {value: -1, is: measured, from: x}"), "has a positive value"},
      {with_number("launch_ns: {value: fast, is: measured, from: x}"), "has a positive value"},
      {with_number("launch_ns: {is: measured, from: x}"), "has a positive value"},
      {with_number("launch_ns: {value: 1, is: guessed, from: x}"), "unknown provenance: guessed"},
      {with_number("launch_ns: {value: 1, from: x}"), "launch_ns has no is"},
      {with_number("launch_ns: {value: 1, is: measured}"), "launch_ns has no from"},
      {with_number("launch_ns: {value: 1, is: measured, from: ''}"), "from is a text"},
      {with_number("launch_ns: {value: 1, is: measured, from: x, note: y}"), "unknown key: note"},
  };
  for (const auto& [text, message] : cases) {
    const auto profile = parse_hardware_profile(text, "hardware/toy.yaml");
    ASSERT_FALSE(profile) << text;
    EXPECT_EQ(profile.error().blame(), Blame::kUser);
    EXPECT_THAT(profile.error().message(), ::testing::HasSubstr(message)) << text;
  }
}

}  // namespace
}  // namespace assay::oracle
