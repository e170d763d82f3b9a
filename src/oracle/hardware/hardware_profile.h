// SPDX-License-Identifier: MIT
// A machine as numbers, read from hardware/<name>.yaml: every number says its unit, how sure it is,
// what it is and where it comes from. What a profile leaves out is missed only by whoever asks.
//
//   ASSAY_TRY(HardwareProfile profile, parse_hardware_profile(text, "hardware/l40s.yaml"));
//   ASSAY_TRY(double depth, profile.value("queue_depth"));
//   ASSAY_TRY(const ComputePeak* peak, profile.best_peak("f32", kWholeDevice));
//   for (const MemoryTier& tier : profile.memory) ...   // The nearest first, main memory last.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/value.h"

namespace assay::oracle {

inline constexpr std::string_view kHardwareSchema = "assay.hardware/2";

/// What a number of a profile is worth.
enum class Provenance : std::uint8_t {
  kMeasured,   ///< Here or by somebody who is named; the source says how.
  kDatasheet,  ///< The maker says so.
  kAssumed,    ///< Nobody showed it; the source says why it is plausible.
};
inline constexpr int kProvenanceCount = 3;
std::string_view to_text(Provenance provenance);  ///< "measured", "datasheet", "assumed"

/// A positive number and what it is worth. Its unit ends the name that it has in the file.
struct Quantity {
  double value = 0;
  std::string unit = {};  ///< "ns", "B", "B/s", "FLOP/s", "share", "J", "W", "Hz", "1"
  std::optional<Interval>
      interval;  ///< 95 % where measured, the range where assumed; none: unsaid.
  Provenance provenance = Provenance::kAssumed;
  std::string source = {};  ///< How it was measured, which datasheet, or why it is plausible.
  std::string date = {};    ///< "2026-11-21", of the measurement; empty: the source is not dated.
  bool operator==(const Quantity&) const = default;
};

/// Threads of a number that holds for all of the device at once.
inline constexpr int kWholeDevice = 0;

/// What arithmetic can do at most, of one kind of unit on so many threads.
struct ComputePeak {
  std::string isa;    ///< "avx512", "avx2", "sse", "cuda cores", "tensor cores", "tiles 16x8", ...
  std::string dtype;  ///< Of the operands: one of profile_dtypes().
  int threads = kWholeDevice;
  Quantity flops_per_second;  ///< 2 per multiply-add; integers count alike.
  bool operator==(const ComputePeak&) const = default;
};

/// How fast a tier moves bytes on so many threads; a direction that nobody gave is none.
struct TierRate {
  int threads = kWholeDevice;
  std::optional<Quantity> read = {};   ///< Bytes per second.
  std::optional<Quantity> write = {};  ///< The same.
  std::optional<Quantity> copy = {};   ///< Bytes read plus bytes written, per second.
  bool operator==(const TierRate&) const = default;
};

struct MemoryTier {
  std::string name;   ///< "L1", "L2", "L3", "DRAM", "HBM", "scratchpad"
  int shared_by = 0;  ///< Threads (or units) that share one of them; 0: all.
  Quantity capacity;  ///< Bytes of one of them; where measured, what one thread gets of it.
  std::optional<Quantity> latency = {};  ///< Nanoseconds of a dependent load.
  std::vector<TierRate> rates = {};
  bool operator==(const MemoryTier&) const = default;
};

/// What a step costs besides its work: "dispatch" (an op of a prepared plan), "barrier" (threads
/// that wait for each other), "clock" (reading it). Nanoseconds.
struct Overhead {
  std::string name;
  int threads = 1;
  Quantity time;
  bool operator==(const Overhead&) const = default;
};

/// The share of a ceiling that one shape reaches.
struct EfficiencyPoint {
  std::vector<std::int64_t> at;  ///< In the order of the curve's axes.
  Quantity share;
  bool operator==(const EfficiencyPoint&) const = default;
};

/// One kernel class on so many threads, from small shapes to large.
struct EfficiencyCurve {
  std::string kernel;  ///< "gemm", "attention", "norm", "copy", "elementwise"
  std::string dtype;
  int threads = 1;
  std::string of;  ///< The ceiling: "compute", "read", "copy" (of the tier that holds the data).
  std::vector<std::string> axes;  ///< "m", "n", "k"
  std::vector<EfficiencyPoint> points;
  bool operator==(const EfficiencyCurve&) const = default;
};

/// Energy of one event: "flop/f32", "byte/DRAM". Joules.
struct EnergyPart {
  std::string name;
  Quantity joules;
  bool operator==(const EnergyPart&) const = default;
};

/// What could not be had, and why: never a zero.
struct AbsentNumber {
  std::string what;
  std::string reason;
  bool operator==(const AbsentNumber&) const = default;
};

/// A coefficient of a fitted model; of any sign.
struct Coefficient {
  std::string name;
  double value = 0;
  std::string unit = {};
  std::optional<Interval> interval = {};
  bool operator==(const Coefficient&) const = default;
};

/// What a fit has added: which model, over which data, with what spread.
struct Calibration {
  std::int64_t version = 1;  ///< Counts up with every fit that is applied.
  std::string model;         ///< The name of the model whose coefficients these are.
  std::string date = {};
  std::string data_hash;  ///< Of the data of the fit.
  std::string judgement;  ///< The held-out error beside the baselines, in a sentence.
  std::vector<Coefficient> coefficients;
  std::vector<std::vector<double>> covariance =
      {};  ///< In the order of the coefficients, or empty.
  bool operator==(const Calibration&) const = default;
};

struct HardwareNumber {
  std::string name;
  Quantity quantity;
  bool operator==(const HardwareNumber&) const = default;
};

/// A named number that profiles may hold; its unit ends its name.
struct HardwareNumberDefinition {
  std::string_view name;
  std::string_view meaning;
};
std::span<const HardwareNumberDefinition> hardware_numbers();
/// "f64", "f32", "tf32", "f16", "bf16", "f8", "i8", "i4", ...
std::span<const std::string_view> profile_dtypes();
/// "cpu", "gpu", "tpu", "kpu"
std::span<const std::string_view> hardware_kinds();

/// A fact of the machine that is no number: ("cpu.model", "Intel(R) Xeon(R) Processor").
struct MachineFact {
  std::string name;
  std::string text;
  bool operator==(const MachineFact&) const = default;
};

struct HardwareProfile {
  // Quantities are asked for by name below; a const profile is never written, so pointers into it
  // hold as long as it lives.
  std::string name;  ///< That of its file.
  std::string description;
  std::string kind;  ///< One of hardware_kinds().
  std::string file;
  std::vector<MachineFact> machine;  ///< Where and how it was measured; empty for datasheets.
  std::vector<HardwareNumber> numbers;
  std::vector<ComputePeak> peaks;
  std::vector<MemoryTier> memory;  ///< The nearest first, main memory last.
  std::vector<Overhead> overheads;
  std::vector<EfficiencyCurve> curves;
  std::vector<EnergyPart> energy;
  std::vector<AbsentNumber> absent;
  std::vector<std::string> doubts;  ///< Why what was measured should be taken with care.
  std::optional<Calibration> calibration;

  bool has(std::string_view number) const;
  /// A user error where the profile does not hold it; so are the others.
  Result<double> value(std::string_view number) const;
  /// The highest of the type on so many threads, or of the whole device where it gives only that.
  Result<const ComputePeak*> best_peak(std::string_view dtype, int threads) const;
  Result<const MemoryTier*> tier(std::string_view name) const;
  Result<const MemoryTier*> main_memory() const;
  /// In nanoseconds.
  Result<double> overhead(std::string_view name, int threads) const;

  /// Every quantity with its name, in the order of the file: for lists, checks and counts.
  struct Named {
    std::string name;  ///< "peaks.avx512.f32.threads1"
    const Quantity* quantity = nullptr;
  };
  std::vector<Named> quantities() const;
  /// "NVIDIA L40S: 6 numbers measured, 9 of datasheets, 9 assumed"
  std::string summary() const;
};

/// Of a tier on so many threads, or of the whole device where it gives only that; null: neither.
const TierRate* rate_of(const MemoryTier& tier, int threads);

/// Closed: an unknown key, a number that is not positive, lies outside its interval or has no
/// source is a user error that says where it stands.
Result<HardwareProfile> parse_hardware_profile(std::string_view text, const std::string& file);

/// The text that reads back as the same profile. Control characters other than a line feed, which
/// becomes a space, are the caller's to keep out.
std::string to_yaml(const HardwareProfile& profile);

}  // namespace assay::oracle
