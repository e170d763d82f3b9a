// SPDX-License-Identifier: MIT
#include "oracle/machine/environment.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <fstream>
#include <set>

namespace assay::machine {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A root with the files that a test writes, removed with it.
class FakeRoot {
 public:
  FakeRoot() {
    std::string name = (fs::temp_directory_path() / "assay_root_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~FakeRoot() { fs::remove_all(path_); }
  FakeRoot(const FakeRoot&) = delete;
  FakeRoot& operator=(const FakeRoot&) = delete;

  void write(const fs::path& name, std::string_view text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

TEST(Environment, ReadsWhatTheKernelSays) {
  const FakeRoot root;
  root.write("proc/cpuinfo",
             "vendor_id : GenuineIntel\ncpu family : 6\nmodel name : Invented\n"
             "cpu MHz : 2100.5\nflags : fpu avx2 fma hypervisor vme\n");
  root.write("proc/meminfo", "MemTotal: 100 kB\nSwapTotal: 30 kB\nSwapFree: 10 kB\n");
  root.write("proc/loadavg", "0.50 0 0 1/2 3\n");
  root.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
  root.write("sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "3600000\n");
  root.write("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
  root.write(".dockerenv", "");
  const Environment environment = capture_environment(root.path());
  EXPECT_EQ(environment.cpu.model.value(), "Invented");
  EXPECT_EQ(environment.cpu.family.value(), 6);
  EXPECT_EQ(environment.cpu.isa.value(), "avx2 fma");
  EXPECT_DOUBLE_EQ(environment.cpu.frequency_mhz.value(), 2'100.5);
  EXPECT_DOUBLE_EQ(environment.cpu.frequency_max_mhz.value(), 3'600);
  EXPECT_TRUE(environment.cpu.boost.value());
  EXPECT_EQ(environment.memory.swap_used.value(), Bytes(20 * 1'024));
  EXPECT_EQ(environment.system.container.value(), "docker");
  EXPECT_EQ(environment.system.hypervisor.value(), "of unknown make");
  EXPECT_THAT(environment.warnings, Contains(HasSubstr("governor is `powersave`")));
  EXPECT_THAT(environment.warnings, Contains(HasSubstr("boost is on")));
  EXPECT_THAT(environment.warnings, Contains(HasSubstr("of swap is in use")));
  EXPECT_THAT(environment.warnings, Contains(HasSubstr("a virtual machine")));
}

TEST(Environment, OfAnEmptyRootIsAbsentThroughout) {
  const FakeRoot root;
  const Environment environment = capture_environment(root.path());
  EXPECT_THAT(environment.cpu.governor.reason(), HasSubstr("No such file"));
  EXPECT_EQ(environment.cpu.model.reason(), "/proc/cpuinfo has no `model name`");
  EXPECT_FALSE(environment.memory.total.is_present());
  EXPECT_FALSE(environment.system.load.is_present());
  for (const Fact& fact : facts_of(environment)) {
    if (const auto* none = std::get_if<Absent>(&fact.value)) {
      EXPECT_FALSE(none->reason.empty()) << fact.group << "." << fact.name;
    }
  }
}

/// A machine about which there is nothing to say.
Environment blameless() {
  Environment environment;
  environment.cpu.governor = std::string("performance");
  environment.cpu.smt = false;
  environment.cpu.clock_source = std::string("tsc");
  environment.counters = std::string("cycles and instructions");
  environment.system.hypervisor = absent("none");
  environment.system.load = 0.1;
  environment.topology =
      Topology{.packages = 1, .cores = {{{0}}, {{1}}}, .caches = {}, .numa_nodes = {}};
  environment.build = {.id = "",
                       .commit = "abc",
                       .is_dirty = false,
                       .compiler = "",
                       .build_type = "Release",
                       .flags = "-O3"};
  return environment;
}

TEST(Environment, WarnsOnlyWithAReason) {
  EXPECT_THAT(warnings_about(blameless()), IsEmpty());
  struct Case {
    std::string_view warning;
    void (*spoil)(Environment&);
  };
  for (const Case& c : {
           Case{"SMT siblings", [](Environment& e) { e.cpu.smt = true; }},
           Case{"busy: load 1.50 on 2 CPUs", [](Environment& e) { e.system.load = 1.5; }},
           Case{"1.5 CPUs' worth", [](Environment& e) { e.system.cpu_quota = 1.5; }},
           Case{"no hardware counters: no PMU",
                [](Environment& e) { e.counters = absent("no PMU"); }},
           Case{"governor cannot be read", [](Environment& e) { e.cpu.governor = absent("gone"); }},
           Case{"clock source is `hpet`",
                [](Environment& e) { e.cpu.clock_source = std::string("hpet"); }},
           Case{"changes on top of abc", [](Environment& e) { e.build.is_dirty = true; }},
           Case{"without optimisation", [](Environment& e) { e.build.flags = "-O0"; }},
           Case{"sanitizers", [](Environment& e) { e.build.flags = "-O2 -fsanitize=thread"; }},
           Case{"512 MiB of memory", [](Environment& e) { e.memory.available = Bytes(1 << 29); }},
       }) {
    Environment environment = blameless();
    c.spoil(environment);
    EXPECT_THAT(warnings_about(environment), ::testing::ElementsAre(HasSubstr(c.warning)));
  }
}

TEST(Environment, FactsNameEveryLeafOnce) {
  const std::vector<Fact> facts = facts_of(capture_environment());
  std::set<std::string> names;
  for (const Fact& fact : facts)
    EXPECT_TRUE(names.insert(fact.group + "." + fact.name).second) << fact.name;
  for (const char* name : {"cpu.model", "cpu.governor", "topology.cores", "memory.total_bytes",
                           "system.kernel", "system.hardware_counters", "build.commit"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

}  // namespace
}  // namespace assay::machine
