// SPDX-License-Identifier: MIT
#include "oracle/machine/proc_text.h"

#include <gmock/gmock.h>

namespace assay::machine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ProcText, ReadsTheFirstProcessor) {
  const auto fields = parse_cpuinfo(
      "processor\t: 0\nmodel name\t: AMD EPYC 9\nflags\t\t: fpu avx2\npower management:\n\n"
      "processor\t: 1\nmodel name\t: another\n");
  EXPECT_EQ(fields.at("model name"), "AMD EPYC 9");
  EXPECT_EQ(fields.at("flags"), "fpu avx2");
  EXPECT_EQ(fields.at("power management"), "");
  EXPECT_EQ(fields.at("processor"), "0");
  EXPECT_TRUE(parse_cpuinfo("").empty());
}

TEST(ProcText, ReadsSizesInKibibytes) {
  const std::string text = "MemTotal:       24591036 kB\nMemFree: many kB\nHugePages_Total:   3\n";
  EXPECT_EQ(parse_meminfo(text, "MemTotal").value(), Bytes(24'591'036) * 1'024);
  for (const std::string_view key : {"MemFree", "HugePages_Total", "Mem", "Swap"}) {
    EXPECT_FALSE(parse_meminfo(text, key).is_present()) << key;
  }
  EXPECT_EQ(parse_meminfo(text, "Swap").reason(), "/proc/meminfo has no Swap");
}

TEST(ProcText, ReadsCounters) {
  EXPECT_EQ(parse_counter("oom_kill_other 7\noom_kill 3\nx y\n", "oom_kill").value(), 3);
  EXPECT_EQ(parse_counter("x y\n", "x").reason(), "the line x holds no number");
  EXPECT_EQ(parse_counter("", "x").reason(), "there is no line x");
}

TEST(ProcText, ReadsTheMarkedChoice) {
  EXPECT_EQ(parse_bracketed("always [madvise] never\n").value(), "madvise");
  EXPECT_FALSE(parse_bracketed("always never").is_present());
  EXPECT_FALSE(parse_bracketed("] [").is_present());
}

TEST(ProcText, CpuListsGoBothWays) {
  const auto cpus = parse_cpu_list("0-2,5,7-8\n");
  ASSERT_TRUE(cpus);
  EXPECT_THAT(*cpus, ElementsAre(0, 1, 2, 5, 7, 8));
  EXPECT_EQ(to_cpu_list(*cpus), "0-2,5,7-8");
  EXPECT_EQ(to_cpu_list({}), "");
  for (const std::string_view bad : {"", "a", "3-1", "1,,2", "-1", "0-99999999", "2,1", "1-2-3"}) {
    const auto refused = parse_cpu_list(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().blame(), Blame::kUser);
    EXPECT_THAT(refused.error().message(), HasSubstr("ranges like 0-3,8"));
  }
}

TEST(ProcText, ReadsPressure) {
  const auto total = parse_pressure_total(
      "some avg10=0.00 avg60=0.12 avg300=0.09 total=58761459\nfull avg10=0.00 total=3\n");
  EXPECT_EQ(total.value(), 58'761'459us);
  for (const std::string_view bad : {"", "full total=3", "some avg10=0", "some total=x"}) {
    EXPECT_FALSE(parse_pressure_total(bad).is_present()) << bad;
  }
}

TEST(ProcText, ReadsStolenTimeAndSwitches) {
  const auto totals =
      parse_stat("cpu  1 2 3 4 5 6 7 88 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\nctxt 1234\nbtime 5\n");
  EXPECT_EQ(totals.value().steal_ticks, 88);
  EXPECT_EQ(totals.value().context_switches, 1'234);
  EXPECT_EQ(parse_stat("cpu 1 2 3\nctxt 4\n").reason(), "/proc/stat does not count stolen time");
  EXPECT_FALSE(parse_stat("").is_present());
}

TEST(ProcText, ReadsLoad) {
  const auto load = parse_loadavg("1.68 1.88 1.13 3/174 4711\n");
  EXPECT_DOUBLE_EQ(load.value().one_minute, 1.68);
  EXPECT_EQ(load.value().running, 3);
  EXPECT_FALSE(parse_loadavg("1.68").is_present());
  EXPECT_FALSE(parse_loadavg("a b c d/e f").is_present());
}

TEST(ProcText, ReadsNamesAndQuotas) {
  EXPECT_EQ(parse_os_name("ID=debian\nPRETTY_NAME=\"Debian 12\"\n").value(), "Debian 12");
  EXPECT_FALSE(parse_os_name("ID=debian\n").is_present());
  EXPECT_DOUBLE_EQ(parse_cpu_quota("150000 100000\n").value(), 1.5);
  EXPECT_EQ(parse_cpu_quota("max 100000\n").reason(), "no limit");
  EXPECT_FALSE(parse_cpu_quota("1 0").is_present());
}

}  // namespace
}  // namespace assay::machine
