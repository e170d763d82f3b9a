// SPDX-License-Identifier: MIT
#include "cli/profile_tables.h"

#include <algorithm>
#include <array>

#include "core/format.h"

namespace assay::cli {
namespace {

using oracle::HardwareProfile;
using oracle::Quantity;

/// How a unit is shown: the factor that its numbers are divided by, and its name then.
struct Shown {
  double by = 1;
  std::string unit;
};

Shown shown_as(const Quantity& quantity) {
  if (quantity.unit == "1") return {1, ""};
  if (quantity.unit == "share") return {0.01, " %"};
  struct Prefix {
    double factor;
    std::string_view letter;
  };
  constexpr std::array<Prefix, 9> kPrefixes{{{1e12, "T"},
                                             {1e9, "G"},
                                             {1e6, "M"},
                                             {1e3, "k"},
                                             {1, ""},
                                             {1e-3, "m"},
                                             {1e-6, "u"},
                                             {1e-9, "n"},
                                             {1e-12, "p"}}};
  if (quantity.unit == "ns") {
    return quantity.value < 1e4 ? Shown{1, " ns"} : Shown{1e3, " us"};
  }
  if (quantity.unit == "B") {
    constexpr double kKib = 1'024;
    if (quantity.value < kKib * kKib) return {kKib, " KiB"};
    if (quantity.value < kKib * kKib * kKib) return {kKib * kKib, " MiB"};
    return {kKib * kKib * kKib, " GiB"};
  }
  const auto* const prefix = std::ranges::find_if(
      kPrefixes, [&](const Prefix& one) { return quantity.value >= one.factor; });
  const Prefix& chosen = prefix == kPrefixes.end() ? kPrefixes.back() : *prefix;
  return {chosen.factor, format(" {}{}", chosen.letter, quantity.unit)};
}

std::string heading(std::string_view title) {
  return format("\n{}\n", title);
}

std::string machine_section(const HardwareProfile& profile) {
  std::string text = profile.summary() + "\n";
  for (const auto& [name, fact] : profile.machine) {
    text += format("  {:<20} {}\n", name, fact);
  }
  if (profile.numbers.empty()) return text;
  text += heading("numbers");
  for (const auto& [name, quantity] : profile.numbers) {
    text += format("  {:<30} {}\n", name, quantity_text(quantity));
  }
  return text;
}

std::string threads_text(int threads) {
  if (threads == oracle::kWholeDevice) return "whole device";
  return format("{} thread{}", threads, threads == 1 ? "" : "s");
}

std::string compute_section(const HardwareProfile& profile) {
  if (profile.peaks.empty()) return {};
  std::string text = heading("peaks of arithmetic");
  for (const oracle::ComputePeak& peak : profile.peaks) {
    text += format("  {:<13} {:<5} {:<13} {}\n", peak.isa, peak.dtype, threads_text(peak.threads),
                   quantity_text(peak.flops_per_second));
  }
  return text;
}

std::string rates_text(const oracle::TierRate& rate) {
  std::string text;
  const auto add = [&](std::string_view name, const std::optional<Quantity>& quantity) {
    if (quantity)
      text += format("      {:<13} {:<6} {}\n", threads_text(rate.threads), name,
                     quantity_text(*quantity));
  };
  add("read", rate.read);
  add("write", rate.write);
  add("copy", rate.copy);
  return text;
}

std::string memory_section(const HardwareProfile& profile) {
  if (profile.memory.empty()) return {};
  std::string text = heading("memory");
  for (const oracle::MemoryTier& tier : profile.memory) {
    text += format("  {:<10} {}{}\n", tier.name, quantity_text(tier.capacity),
                   tier.latency ? ", latency " + quantity_text(*tier.latency) : std::string());
    for (const oracle::TierRate& rate : tier.rates) {
      text += rates_text(rate);
    }
  }
  return text;
}

std::string overhead_section(const HardwareProfile& profile) {
  if (profile.overheads.empty()) return {};
  std::string text = heading("overheads");
  for (const oracle::Overhead& overhead : profile.overheads) {
    text += format("  {:<13} {:<13} {}\n", overhead.name, threads_text(overhead.threads),
                   quantity_text(overhead.time));
  }
  return text;
}

std::string curve_section(const HardwareProfile& profile) {
  std::string text;
  for (const oracle::EfficiencyCurve& curve : profile.curves) {
    std::string axes;
    for (const std::string& axis : curve.axes) {
      axes += (axes.empty() ? "" : " x ") + axis;
    }
    text += heading(format("share of {} that {} reaches in {} on {}, over {}", curve.of,
                           curve.kernel, curve.dtype, threads_text(curve.threads), axes));
    for (const oracle::EfficiencyPoint& point : curve.points) {
      std::string at;
      for (const std::int64_t extent : point.at) {
        at += format("{}{}", at.empty() ? "" : " x ", extent);
      }
      text += format("  {:<24} {}\n", at, quantity_text(point.share));
    }
  }
  return text;
}

std::string rest_section(const HardwareProfile& profile) {
  std::string text;
  if (!profile.energy.empty()) text += heading("energy");
  for (const oracle::EnergyPart& part : profile.energy) {
    text += format("  {:<20} {}\n", part.name, quantity_text(part.joules));
  }
  if (!profile.absent.empty()) text += heading("absent");
  for (const oracle::AbsentNumber& absent : profile.absent) {
    text += format("  {:<34} {}\n", absent.what, absent.reason);
  }
  if (!profile.doubts.empty()) text += heading("take with care");
  for (const std::string& doubt : profile.doubts) {
    text += format("  {}\n", doubt);
  }
  return text;
}

}  // namespace

std::string quantity_text(const Quantity& quantity) {
  const Shown shown = shown_as(quantity);
  std::string text = format("{:.4g}{}", quantity.value / shown.by, shown.unit);
  if (quantity.interval) {
    text += format(" [{:.4g}, {:.4g}]", quantity.interval->low / shown.by,
                   quantity.interval->high / shown.by);
  }
  if (quantity.provenance == oracle::Provenance::kMeasured) return text;
  return format("{} ({})", text, to_text(quantity.provenance));
}

std::string profile_text(const HardwareProfile& profile) {
  return machine_section(profile) + compute_section(profile) + memory_section(profile) +
         overhead_section(profile) + curve_section(profile) + rest_section(profile);
}

std::string drift_text(const std::vector<probe::DriftLine>& lines) {
  std::string text;
  std::array<int, 3> counts{};
  for (const probe::DriftLine& line : lines) {
    ++counts[static_cast<std::size_t>(line.drift)];
    if (line.drift != probe::Drift::kDrifted) continue;
    text += format("  {:<44} {} -> {}: {:.2f} times\n", line.name, quantity_text(line.before),
                   quantity_text(*line.now), line.ratio);
  }
  const std::string verdict =
      counts[1] == 0 ? std::string("no number has drifted")
                     : format("{} of {} numbers have drifted", counts[1], counts[0] + counts[1]);
  text += format("{}: intervals that lie apart by more than {:.0f} %; {} are the same", verdict,
                 100 * probe::kDriftAllowance, counts[0]);
  if (counts[2] > 0) text += format(", {} were not measured now", counts[2]);
  return text + "\n";
}

}  // namespace assay::cli
