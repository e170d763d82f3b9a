// SPDX-License-Identifier: MIT
// A machine as numbers, read from hardware/<name>.yaml: every number says what it is and where it
// comes from. What a profile leaves out is missed only by whoever asks for it.
//
//   ASSAY_TRY(HardwareProfile profile, parse_hardware_profile(text, "hardware/l40s.yaml"));
//   ASSAY_TRY(double rate, profile.value("memory_bytes_per_second"));
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace assay::oracle {

/// What a number of a profile is worth.
enum class Provenance : std::uint8_t {
  kMeasured,   ///< Here or by somebody who is named; the source says how.
  kDatasheet,  ///< The maker says so.
  kAssumed,    ///< Nobody showed it; the source says why it is plausible.
};
inline constexpr int kProvenanceCount = 3;
std::string_view to_text(Provenance provenance);  ///< "measured", "datasheet", "assumed"

struct HardwareNumber {
  std::string name;
  double value = 0;
  Provenance provenance = Provenance::kAssumed;
  std::string source;
};

/// A number that profiles may hold; its unit ends its name.
struct HardwareNumberDefinition {
  std::string_view name;
  std::string_view meaning;
};
std::span<const HardwareNumberDefinition> hardware_numbers();

struct HardwareProfile {
  std::string name;  ///< That of its file.
  std::string description;
  std::string file;
  std::vector<HardwareNumber> numbers;

  /// A user error where the profile does not hold it.
  Result<double> value(std::string_view number) const;
  /// "NVIDIA L40S: 6 numbers measured, 9 of datasheets, 9 assumed"
  std::string summary() const;
};

/// Closed: an unknown key, a number that is not positive or has no source is a user error that says
/// where it stands.
Result<HardwareProfile> parse_hardware_profile(std::string_view text, const std::string& file);

}  // namespace assay::oracle
