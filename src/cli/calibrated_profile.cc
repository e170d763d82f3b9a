// SPDX-License-Identifier: MIT
#include "cli/calibrated_profile.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

#include "cli/simulated_devices.h"
#include "core/codec/file.h"
#include "lab/workload/flops_peak.h"
#include "oracle/calibrate/cpu_model.h"
#include "oracle/hardware/profile_folder.h"
#include "oracle/machine/environment.h"
#include "oracle/machine/system_file.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

constexpr Bytes kProfileSizeMax{std::int64_t{1} << 20};

fs::path history_folder(const fs::path& path) {
  return path.parent_path() / "history";
}

fs::path history_path(const fs::path& path, std::int64_t version) {
  return history_folder(path) / format("{}.v{}.yaml", path.stem().string(), version);
}

/// The versions in the history, the smallest first.
std::vector<std::int64_t> versions_of(const fs::path& path) {
  std::vector<std::int64_t> versions;
  const std::string prefix = path.stem().string() + ".v";
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(history_folder(path), error)) {
    const std::string stem = entry.path().stem().string();
    if (!stem.starts_with(prefix) || entry.path().extension() != ".yaml") continue;
    std::int64_t version = 0;
    const char* const end = stem.data() + stem.size();
    const auto read = std::from_chars(stem.data() + prefix.size(), end, version);
    if (read.ec == std::errc() && read.ptr == end) versions.push_back(version);
  }
  std::ranges::sort(versions);
  return versions;
}

Result<oracle::HardwareProfile> read_profile(const fs::path& path) {
  ASSAY_TRY(const std::string text, codec::read_file(path, kProfileSizeMax));
  return oracle::parse_hardware_profile(text, path.string());
}

/// Of the largest cache that cores have for themselves, and of the largest that they share.
std::pair<double, double> cache_sizes(const machine::Topology& topology) {
  constexpr double kPrivateWithout = 1 << 20;  // Half the size of any core's of today.
  double own = 0;
  double shared = 0;
  const int siblings = topology.cores.empty() ? 1 : static_cast<int>(topology.cores[0].cpus.size());
  for (const machine::Cache& cache : topology.caches) {
    if (cache.kind == "instruction") continue;
    const auto size = static_cast<double>(cache.size.count());
    // The last level is shared even where a virtual machine shows one CPU of it.
    const bool is_own = cache.level <= 2 && cache.shared_by <= siblings;
    (is_own ? own : shared) = std::max(is_own ? own : shared, size);
  }
  return {own > 0 ? own : kPrivateWithout, shared};
}

}  // namespace

int threads_or_all(int asked) {
  if (asked > 0) return asked;
  const auto topology = machine::read_topology();
  return topology ? std::max(1, topology->cpu_count()) : 1;
}

Result<calibrate::MachinePrior> this_machine(int threads) {
  ASSAY_TRY(const machine::Topology topology, machine::read_topology());
  const auto [own, shared] = cache_sizes(topology);
  const machine::Environment environment = machine::capture_environment();
  calibrate::MachinePrior prior;
  prior.name = environment.cpu.model.is_present() ? environment.cpu.model.value() : "this machine";
  prior.threads = threads;
  // A neighbour takes a core for milliseconds at a time: the best of many looks is the machine's.
  constexpr int kLooks = 20;
  for (int i = 0; i < kLooks; ++i)
    prior.flops_per_second = std::max(prior.flops_per_second, workload::flops_peak(threads));
  prior.peak_source = format("multiply-adds in registers, measured now on {} threads", threads);
  prior.tiers = calibrate::assumed_tiers(own, shared, threads);
  return prior;
}

std::string host_profile_name() {
  const auto read = machine::read_system_file("/proc/sys/kernel/hostname");
  std::string name = read.is_present() && !read.value().empty() ? read.value() : "this_host";
  std::ranges::transform(name, name.begin(), [](unsigned char c) {
    return std::isalnum(c) != 0 ? static_cast<char>(std::tolower(c)) : '_';
  });
  return name;
}

fs::path base_profile_path(const std::string& name) {
  return oracle::profile_path(name.empty() ? host_profile_name() : name, hardware_root());
}

fs::path calibrated_profile_path(const std::string& name) {
  const fs::path base = base_profile_path(name);
  return base.parent_path() / "calibrations" / base.filename();
}

Result<std::optional<oracle::HardwareProfile>> read_calibrated_profile(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return std::optional<oracle::HardwareProfile>();
  ASSAY_TRY(oracle::HardwareProfile profile, read_profile(path));
  return std::optional(std::move(profile));
}

std::int64_t next_version(const fs::path& path, const oracle::HardwareProfile& profile) {
  const std::vector<std::int64_t> versions = versions_of(path);
  const std::int64_t in_force = profile.calibration ? profile.calibration->version : 0;
  return 1 + std::max(in_force, versions.empty() ? 0 : versions.back());
}

Result<void> apply_calibration(const oracle::HardwareProfile& profile, const fs::path& path) {
  ASSAY_CHECK(profile.calibration.has_value(), "what is applied is there");
  std::error_code error;
  fs::create_directories(history_folder(path), error);
  if (error) {
    return Error::environment("cannot make {}: {}", history_folder(path).string(), error.message());
  }
  ASSAY_TRY_VOID(oracle::write_hardware_profile(profile, path));
  return codec::write_file_atomically(history_path(path, profile.calibration->version),
                                      to_yaml(profile));
}

Result<std::int64_t> revert_calibration(const fs::path& path) {
  ASSAY_TRY(oracle::HardwareProfile profile, read_profile(path));
  if (!profile.calibration) {
    return Error::user("{} holds no calibration: there is nothing to go back from", path.string());
  }
  std::int64_t before = 0;
  for (const std::int64_t version : versions_of(path)) {
    if (version < profile.calibration->version) before = version;
  }
  profile.calibration.reset();
  if (before > 0) {
    ASSAY_TRY(const oracle::HardwareProfile old, read_profile(history_path(path, before)));
    profile.calibration = old.calibration;
  }
  ASSAY_TRY_VOID(oracle::write_hardware_profile(profile, path));
  return before;
}

}  // namespace assay::cli
