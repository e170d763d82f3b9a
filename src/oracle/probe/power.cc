// SPDX-License-Identifier: MIT
#include "oracle/probe/power.h"

#include <algorithm>
#include <charconv>
#include <thread>
#include <vector>

#include "core/format.h"
#include "oracle/machine/system_file.h"
#include "oracle/probe/section.h"

namespace assay::probe {
namespace {

namespace fs = std::filesystem;

constexpr int kWindows = 7;
constexpr Nanoseconds kWindow{150'000'000};

/// "intel-rapl:0" is a package, "intel-rapl:0:1" a part of one.
bool is_package(const std::string& name) {
  return name.starts_with("intel-rapl:") && std::ranges::count(name, ':') == 1;
}

/// Watts over windows of `work`; empty where a counter wrapped around or went away.
template <class Work>
std::vector<double> watts_of(const fs::path& root, const Clock& clock, Work work) {
  std::vector<double> watts;
  for (int window = 0; window < kWindows; ++window) {
    const auto before = package_joules(root);
    const Nanoseconds start = clock.now();
    work();
    const Seconds took = clock.now() - start;
    const auto after = package_joules(root);
    if (!before.is_present() || !after.is_present()) return {};
    const double joules = after.value() - before.value();
    if (joules > 0 && took.count() > 0) watts.push_back(joules / took.count());
  }
  return watts;
}

}  // namespace

machine::Reading<double> package_joules(const fs::path& root) {
  double sum = 0;
  int packages = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root / "sys/class/powercap", error)) {
    if (!is_package(entry.path().filename().string())) continue;
    const auto text = machine::read_system_file(entry.path() / "energy_uj");
    if (!text.is_present()) return machine::absent(text.reason());
    double microjoules = 0;
    const std::string& digits = text.value();
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), microjoules);
    if (parsed.ec != std::errc()) return machine::absent("RAPL gives no number");
    sum += microjoules / 1e6;
    ++packages;
  }
  if (packages == 0) return machine::absent("no RAPL package in /sys/class/powercap");
  return sum;
}

void probe_power(const Timed& adds, const Method& how, const Clock& clock, const fs::path& root,
                 oracle::HardwareProfile& profile) {
  const auto lacks = [&](const std::string& reason) {
    profile.absent.push_back({"power and energy of the CPU", reason});
  };
  const auto now = package_joules(root);
  if (!now.is_present()) return lacks(now.reason());
  const std::vector<double> idle =
      watts_of(root, clock, [] { std::this_thread::sleep_for(kWindow); });
  double operations = 0;
  const std::vector<double> busy = watts_of(root, clock, [&] {
    const Nanoseconds start = clock.now();
    while (clock.now() - start < kWindow) {
      adds.work(adds.passes);
      operations += adds.amount * static_cast<double>(adds.passes);
    }
  });
  if (idle.empty() || busy.empty()) return lacks("RAPL did not count while work was done");
  const oracle::Quantity idling = measured(idle, "W", with_source("RAPL, windows of sleep", how));
  const double rate = operations / (kWindows * Seconds(kWindow).count());
  std::vector<double> joules;
  for (const double watts : busy) {
    if (watts > idling.value) joules.push_back((watts - idling.value) / rate);
  }
  profile.numbers.push_back({"idle_watts", idling});
  if (joules.empty()) return lacks("RAPL counts no more for work than for idling");
  profile.energy.push_back(
      {"flop/f32", measured(joules, "J", with_source("RAPL beyond idling, multiply-adds", how))});
}

}  // namespace assay::probe
