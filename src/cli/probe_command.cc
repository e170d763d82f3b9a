// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/profile_tables.h"
#include "cli/simulated_devices.h"
#include "oracle/hardware/profile_folder.h"
#include "oracle/probe/probe.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHostFact = "host";

/// As it can name a file: "Build-7.local" -> "build_7_local".
std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "this_machine";
  std::string text(name.data());
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return std::isalnum(c) != 0 ? static_cast<char>(std::tolower(c)) : '_';
  });
  return text;
}

/// A profile that this host's probe wrote may be replaced; one that somebody shipped or that a fit
/// has added to only with --force. Asked before the minute of measuring.
Result<void> check_replaceable(const fs::path& path, const std::string& host, bool is_forced) {
  std::error_code error;
  if (is_forced || !fs::exists(path, error)) return {};
  const auto there = oracle::read_hardware_profile(path.string(), path.parent_path());
  if (there && there->calibration) {
    return Error::user(
        "{} holds a calibration, which a new probe would undo; give another --output, or --force",
        path.string());
  }
  const bool is_ours = there && std::ranges::any_of(there->machine, [&](const auto& fact) {
                         return fact.name == kHostFact && fact.text == host;
                       });
  if (is_ours) return {};
  return Error::user(
      "{} is there and is not a probe of this host; give another --output, or --force",
      path.string());
}

Result<oracle::HardwareProfile> take_probe(const ProbeArguments& arguments,
                                           const std::string& name) {
  ASSAY_TRY(oracle::HardwareProfile profile,
            probe::run_probe({.name = name,
                              .threads = arguments.threads,
                              .is_quick = arguments.is_quick,
                              .memory_most = Bytes(0),
                              .on_phase = [](const std::string& phase) { note(phase); }}));
  profile.machine.insert(profile.machine.begin(), {std::string(kHostFact), host_name()});
  return profile;
}

Result<int> check_drift(const ProbeArguments& arguments) {
  ASSAY_TRY(const auto before, oracle::read_hardware_profile(arguments.check, hardware_root()));
  const auto measured = probe::compare_profiles(before, {});
  if (measured.empty()) {
    return Error::user("{} holds no number that was measured: nothing in it can drift",
                       before.file);
  }
  ASSAY_TRY(const auto now, take_probe(arguments, before.name));
  const auto lines = probe::compare_profiles(before, now);
  print(drift_text(lines));
  for (const std::string& doubt : now.doubts) {
    print_line(format("take with care: {}", doubt));
  }
  const bool has_drifted = std::ranges::any_of(
      lines, [](const probe::DriftLine& line) { return line.drift == probe::Drift::kDrifted; });
  return has_drifted ? 1 : 0;
}

}  // namespace

Result<int> probe_command(const ProbeArguments& arguments, const Context& /*context*/) {
  if (!arguments.check.empty()) return check_drift(arguments);
  const std::string host = host_name();
  const fs::path path = arguments.output.empty() ? oracle::profile_path(host, hardware_root())
                                                 : fs::path(arguments.output);
  if (path.extension() != ".yaml") {
    return Error::user("a profile is a .yaml file, got {}", path.string());
  }
  const fs::path folder = fs::absolute(path).parent_path();
  if (!fs::is_directory(folder)) return Error::user("there is no folder {}", folder.string());
  ASSAY_TRY_VOID(check_replaceable(path, host, arguments.is_forced));
  ASSAY_TRY(const auto profile, take_probe(arguments, path.stem().string()));
  ASSAY_TRY_VOID(oracle::write_hardware_profile(profile, path));
  print(profile_text(profile));
  print_line(format("\nwritten: {}", path.string()));
  return 0;
}

}  // namespace assay::cli
