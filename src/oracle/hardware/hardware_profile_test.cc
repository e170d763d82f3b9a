// SPDX-License-Identifier: MIT
#include "oracle/hardware/hardware_profile.h"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>

#include "core/codec/file.h"
#include "core/format.h"
#include "core/random.h"

namespace assay::oracle {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kHead =
    "schema: assay.hardware/2\nname: toy\ndescription: A toy\nkind: gpu\n";

std::string with_number(std::string_view line) {
  return format("{}numbers:\n  {}\n", kHead, line);
}

Result<HardwareProfile> parse(std::string_view text) {
  return parse_hardware_profile(text, "hardware/toy.yaml");
}

Quantity quantity(double value, std::string_view unit) {
  return {.value = value,
          .unit = std::string(unit),
          .interval = Interval{value * 0.875, value * 1.25},
          .provenance = Provenance::kMeasured,
          .source = "a loop: it's 'quoted', [brackets] and # signs",
          .date = "2026-11-21"};
}

/// A profile with every kind of entry in it.
HardwareProfile whole_profile() {
  HardwareProfile profile;
  profile.name = "toy";
  profile.description = "A toy: with a colon";
  profile.kind = "cpu";
  profile.file = "hardware/toy.yaml";
  profile.machine = {{"cpu.model", "Xeon(R) @ 2.3 GHz"}, {"empty-looking", "null"}};
  profile.numbers = {{"queue_depth", quantity(1'024, "1")}, {"launch_ns", quantity(12.5, "ns")}};
  profile.peaks = {
      {.isa = "avx2", .dtype = "f32", .threads = 1, .flops_per_second = quantity(8e10, "FLOP/s")},
      {.isa = "avx512", .dtype = "f32", .threads = 1, .flops_per_second = quantity(9e10, "FLOP/s")},
      {.isa = "avx512", .dtype = "f32", .threads = 2, .flops_per_second = quantity(2e11, "FLOP/s")},
      {.isa = "cuda cores", .dtype = "f64", .flops_per_second = quantity(1e12, "FLOP/s")}};
  profile.memory = {{.name = "L1",
                     .shared_by = 1,
                     .capacity = quantity(49'152, "B"),
                     .latency = quantity(1.75, "ns"),
                     .rates = {{.threads = 1,
                                .read = quantity(2e11, "B/s"),
                                .write = quantity(1e11, "B/s"),
                                .copy = quantity(1.5e11, "B/s")},
                               {.threads = 2, .read = quantity(4e11, "B/s")}}},
                    {.name = "DRAM", .capacity = quantity(2.5e10, "B"), .rates = {{}}}};
  profile.overheads = {{.name = "barrier", .threads = 2, .time = quantity(600, "ns")}};
  profile.curves = {{.kernel = "gemm",
                     .dtype = "f32",
                     .threads = 2,
                     .of = "compute",
                     .axes = {"m", "n", "k"},
                     .points = {{.at = {1, 2, 3}, .share = quantity(0.25, "share")}}}};
  profile.energy = {{.name = "flop/f32", .joules = quantity(1.25e-12, "J")}};
  profile.absent = {{.what = "power", .reason = "no RAPL: permission denied"}};
  profile.doubts = {"the hypervisor took CPUs away: 4 % of the time"};
  profile.calibration = {.version = 3,
                         .model = "tiers",
                         .date = "2026-11-22",
                         .data_hash = "0123456789abcdef",
                         .judgement = "12 % held out; 45 % of the constant",
                         .coefficients = {{"a", -1.5, "ns", Interval{-2, -1}}, {"b", 0, "1", {}}},
                         .covariance = {{1, -0.5}, {-0.5, 2}}};
  return profile;
}

TEST(HardwareProfile, ReadsEveryNumberWithItsSource) {
  const auto profile = parse(format(
      "{}numbers:\n  launch_ns: {{value: 5000, is: assumed, from: a guess}}\n"
      "  queue_depth: {{value: 1e3, low: 500, high: 2000, is: datasheet, from: the maker}}\n",
      kHead));
  ASSERT_TRUE(profile) << profile.error().to_string();
  EXPECT_EQ(profile->name, "toy");
  EXPECT_EQ(*profile->value("launch_ns"), 5000);
  EXPECT_EQ(*profile->value("queue_depth"), 1e3);
  EXPECT_EQ(profile->numbers[0].quantity.provenance, Provenance::kAssumed);
  EXPECT_EQ(profile->numbers[0].quantity.unit, "ns");
  EXPECT_FALSE(profile->numbers[0].quantity.interval);
  EXPECT_EQ(profile->numbers[1].quantity.source, "the maker");
  EXPECT_EQ(profile->numbers[1].quantity.interval, (Interval{500, 2000}));
  EXPECT_EQ(profile->summary(), "A toy: 0 numbers measured, 1 of datasheets, 1 assumed");
}

TEST(HardwareProfile, IsReadBackAsItWasWritten) {
  const HardwareProfile profile = whole_profile();
  const std::string text = to_yaml(profile);
  const auto read = parse(text);
  ASSERT_TRUE(read) << read.error().to_string() << '\n' << text;
  EXPECT_EQ(to_yaml(*read), text);
  EXPECT_EQ(read->machine, profile.machine);
  EXPECT_EQ(read->numbers, profile.numbers);
  EXPECT_EQ(read->peaks, profile.peaks);
  EXPECT_EQ(read->memory, profile.memory);
  EXPECT_EQ(read->overheads, profile.overheads);
  EXPECT_EQ(read->curves, profile.curves);
  EXPECT_EQ(read->energy, profile.energy);
  EXPECT_EQ(read->absent, profile.absent);
  EXPECT_EQ(read->doubts, profile.doubts);
  EXPECT_EQ(read->calibration, profile.calibration);
}

/// Doubles of every size and texts of every printable byte.
TEST(HardwareProfile, AnyNumberAndTextSurvivesTheFile) {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    HardwareProfile profile = whole_profile();
    Quantity& quantity = profile.numbers[1].quantity;
    quantity.value = std::exp(200 * (random.uniform() - 0.5));
    quantity.interval = Interval{quantity.value * random.uniform(), quantity.value * 1.5};
    quantity.source = "x";
    for (int i = 0; i < 20; ++i) {
      quantity.source += static_cast<char>(' ' + random.below(95));
    }
    const auto read = parse(to_yaml(profile));
    ASSERT_TRUE(read) << read.error().to_string() << '\n' << quantity.source;
    EXPECT_EQ(read->numbers, profile.numbers);
  }
}

TEST(HardwareProfile, IsAskedByName) {
  const HardwareProfile profile = whole_profile();
  EXPECT_TRUE(profile.has("queue_depth"));
  EXPECT_FALSE(profile.has("replay_ns"));
  EXPECT_EQ((*profile.best_peak("f32", 1))->isa, "avx512");
  EXPECT_EQ((*profile.best_peak("f32", 2))->flops_per_second.value, 2e11);
  EXPECT_EQ((*profile.best_peak("f64", 8))->isa, "cuda cores");  // Of all of it: no threads.
  EXPECT_EQ(profile.best_peak("f32", 3).error().message(),
            "hardware/toy.yaml has no peak of f32 on 3 threads");
  EXPECT_EQ((*profile.tier("L1"))->latency->value, 1.75);
  EXPECT_EQ((*profile.main_memory())->name, "DRAM");
  EXPECT_EQ(profile.tier("L9").error().message(), "hardware/toy.yaml has no memory tier L9");
  EXPECT_EQ(*profile.overhead("barrier", 2), 600);
  EXPECT_FALSE(profile.overhead("barrier", 1));
  EXPECT_EQ(rate_of(profile.memory[0], 2)->read->value, 4e11);
  EXPECT_EQ(rate_of(profile.memory[1], 2)->threads, kWholeDevice);
  EXPECT_EQ(rate_of(profile.memory[0], 3), nullptr);
  EXPECT_EQ(profile.value("replay_ns").error().message(), "hardware/toy.yaml has no replay_ns");
  EXPECT_FALSE(HardwareProfile().main_memory());
}

TEST(HardwareProfile, NamesEveryQuantityOnce) {
  const HardwareProfile profile = whole_profile();
  std::vector<std::string> names;
  for (const auto& named : profile.quantities()) {
    names.push_back(named.name);
    EXPECT_NE(named.quantity, nullptr);
  }
  EXPECT_THAT(names,
              ::testing::UnorderedElementsAre(
                  "numbers.queue_depth", "numbers.launch_ns", "peaks.avx2.f32.threads1",
                  "peaks.avx512.f32.threads1", "peaks.avx512.f32.threads2",
                  "peaks.cuda cores.f64.threads0", "memory.L1.capacity", "memory.L1.latency",
                  "memory.L1.read.threads1", "memory.L1.write.threads1", "memory.L1.copy.threads1",
                  "memory.L1.read.threads2", "memory.DRAM.capacity", "overheads.barrier.threads2",
                  "efficiency.gemm.f32.threads2.1x2x3", "energy.flop/f32"));
}

struct Refusal {
  std::string text;
  std::string message;
};

void expect_refused(std::span<const Refusal> cases) {
  for (const auto& [text, message] : cases) {
    const auto profile = parse(text);
    ASSERT_FALSE(profile) << text;
    EXPECT_EQ(profile.error().blame(), Blame::kUser);
    EXPECT_THAT(profile.error().message(), HasSubstr(message)) << text;
  }
}

TEST(HardwareProfile, RefusesWithThePlace) {
  const Refusal cases[] = {
      {"[1]", "hardware/toy.yaml: a hardware profile is a map"},
      {"schema: assay.hardware/1\n",
       "hardware/toy.yaml:1:1: this Assay reads assay.hardware/2, got assay.hardware/1"},
      {"schema: assay.hardware/2\nname: toy\n", "has no description"},
      {"schema: assay.hardware/2\nname: toy\ndescription: A toy\nkind: abacus\n",
       "unknown kind: abacus"},
      {format("{}more: 1\n", kHead), "unknown key: more"},
      {format("{}numbers: 1\n", kHead), "numbers is a map"},
      {with_number("launch: {value: 1, is: measured, from: x}"), "did you mean launch_ns?"},
      {with_number("launch_ns: 5000"), "toy.yaml:6:3: launch_ns is a map of value, is and from"},
      {with_number("launch_ns: {value: 0, is: measured, from: x}"), "has a positive value"},
      {with_number("launch_ns: {value: -1, is: measured, from: x}"), "has a positive value"},
      {with_number("launch_ns: {value: fast, is: measured, from: x}"), "has a positive value"},
      {with_number("launch_ns: {is: measured, from: x}"), "has a positive value"},
      {with_number("launch_ns: {value: 1, is: guessed, from: x}"), "unknown provenance: guessed"},
      {with_number("launch_ns: {value: 1, from: x}"), "launch_ns has no is"},
      {with_number("launch_ns: {value: 1, is: measured}"), "launch_ns has no from"},
      {with_number("launch_ns: {value: 1, is: measured, from: ''}"), "from is a text"},
      {with_number("launch_ns: {value: 1, is: measured, from: x, note: y}"), "unknown key: note"},
      {with_number("launch_ns: {value: 1, unit: s, is: measured, from: x}"), "is in ns, got s"},
      {with_number("launch_ns: {value: 1, low: 1, is: measured, from: x}"), "high of launch_ns"},
      {with_number("launch_ns: {value: 1, low: 2, high: 3, is: measured, from: x}"),
       "lies between its low and its high"},
  };
  expect_refused(cases);
}

TEST(HardwareProfile, RefusesWhatIsWrongInASection) {
  const std::string number = "{value: 1, is: assumed, from: x}";
  const auto with = [](std::string_view section) { return format("{}{}\n", kHead, section); };
  const Refusal cases[] = {
      {with("peaks: 1"), "peaks is a list"},
      {with("peaks: [1]"), "a peak is a map"},
      {with("peaks: [{isa: x, dtype: f33, threads: 1}]"), "did you mean f32?"},
      {with("peaks: [{isa: x, dtype: f32, threads: -1}]"), "threads is a whole number from 0"},
      {with("peaks: [{isa: x, dtype: f32, threads: 1}]"), "a peak has no flops_per_second"},
      {with("memory: [{name: L1, capacity_bytes: " + number + "}]"), "has no shared_by"},
      {with("memory: [{name: L1, shared_by: 1, capacity_bytes: " + number +
            ", rates: [{threads: 1, reads: 1}]}]"),
       "unknown key: reads"},
      {with("overheads: [{name: x, threads: 1.5, time_ns: " + number + "}]"), "whole number"},
      {with("efficiency: [{kernel: gemm, dtype: f32, threads: 1, of: magic}]"), "unknown of"},
      {with("efficiency: [{kernel: gemm, dtype: f32, threads: 1, of: compute, axes: [m, n], "
            "points: [{at: [1], share: " +
            number + "}]}]"),
       "a point of gemm has 1 extents for 2 axes"},
      {with("efficiency: [{kernel: gemm, dtype: f32, threads: 1, of: compute, axes: [m], points: "
            "[{at: [0], share: " +
            number + "}]}]"),
       "an extent is a whole number from 1"},
      {with("energy: [{name: x}]"), "an energy has no joules"},
      {with("absent: [{what: x}]"), "what is absent has no because"},
      {with("doubts: [1]"), "a text was expected"},
      {with("machine: {cpu: 1}"), "a text was expected"},
      {with("calibration: {version: 1, model: x, date: d, data_hash: h, judgement: j, "
            "coefficients: [{name: a, value: 1, unit: ns}], covariance: [[1, 2]]}"),
       "the covariance is 1 x 1"},
      {with("calibration: {version: 1, model: x, date: d, data_hash: h, judgement: j, "
            "coefficients: [{name: a, value: x, unit: ns}]}"),
       "value of a is a number"},
  };
  expect_refused(cases);
}

TEST(HardwareProfile, EveryShippedOneReadsBackAsItWasWritten) {
  int count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(ASSAY_ROOT) / "hardware")) {
    const auto text = codec::read_file(entry.path(), Bytes(1 << 20));
    ASSERT_TRUE(text);
    const auto profile = parse_hardware_profile(*text, entry.path().string());
    ASSERT_TRUE(profile) << profile.error().to_string();
    EXPECT_EQ(profile->name, entry.path().stem().string());
    const auto again = parse_hardware_profile(to_yaml(*profile), profile->file);
    ASSERT_TRUE(again) << again.error().to_string();
    EXPECT_EQ(to_yaml(*again), to_yaml(*profile));
    EXPECT_FALSE(profile->memory.empty()) << profile->name;
    EXPECT_FALSE(profile->peaks.empty()) << profile->name;
    ++count;
  }
  EXPECT_GE(count, 11);
}

}  // namespace
}  // namespace assay::oracle
