// SPDX-License-Identifier: MIT
// A profile as the text that reads back as the same: one line a quantity.
#include <cmath>

#include "core/format.h"
#include "oracle/hardware/hardware_profile.h"

namespace assay::oracle {
namespace {

/// In single quotes, which YAML reads as they stand; a line feed becomes a space.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c == '\n' ? ' ' : c;
  }
  return out + "'";
}

std::string number_text(double value) {
  return format("{}", value);  // The shortest that reads back equal.
}

std::string interval_text(const std::optional<Interval>& interval) {
  if (!interval) return {};
  return format(", low: {}, high: {}", number_text(interval->low), number_text(interval->high));
}

std::string quantity_text(const Quantity& quantity) {
  std::string text = format("{{value: {}", number_text(quantity.value));
  if (quantity.unit != "1") text += format(", unit: {}", quoted(quantity.unit));
  text += interval_text(quantity.interval);
  text += format(", is: {}, from: {}", to_text(quantity.provenance), quoted(quantity.source));
  if (!quantity.date.empty()) text += format(", date: {}", quoted(quantity.date));
  return text + "}";
}

class Writer {
 public:
  template <class... Args>
  void line(fmt::format_string<Args...> pattern, Args&&... args) {
    text_ += format(pattern, std::forward<Args>(args)...);
    text_ += '\n';
  }
  /// A line of its own in a block, where there is one.
  void field(int indent, std::string_view key, const std::optional<Quantity>& quantity) {
    if (quantity) line("{:{}}{}: {}", "", indent, key, quantity_text(*quantity));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void write_machine(const HardwareProfile& profile, Writer& out) {
  if (profile.machine.empty()) return;
  out.line("machine:");
  for (const MachineFact& fact : profile.machine) {
    out.line("  {}: {}", quoted(fact.name), quoted(fact.text));
  }
}

void write_numbers(const HardwareProfile& profile, Writer& out) {
  if (profile.numbers.empty()) return;
  out.line("numbers:");
  for (const HardwareNumber& number : profile.numbers) {
    out.line("  {}: {}", number.name, quantity_text(number.quantity));
  }
}

void write_peaks(const HardwareProfile& profile, Writer& out) {
  if (profile.peaks.empty()) return;
  out.line("peaks:");
  for (const ComputePeak& peak : profile.peaks) {
    out.line("  - isa: {}\n    dtype: {}\n    threads: {}", quoted(peak.isa), peak.dtype,
             peak.threads);
    out.field(4, "flops_per_second", peak.flops_per_second);
  }
}

void write_memory(const HardwareProfile& profile, Writer& out) {
  if (profile.memory.empty()) return;
  out.line("memory:");
  for (const MemoryTier& tier : profile.memory) {
    out.line("  - name: {}\n    shared_by: {}", quoted(tier.name), tier.shared_by);
    out.field(4, "capacity_bytes", tier.capacity);
    out.field(4, "latency_ns", tier.latency);
    if (tier.rates.empty()) continue;
    out.line("    rates:");
    for (const TierRate& rate : tier.rates) {
      out.line("      - threads: {}", rate.threads);
      out.field(8, "read_bytes_per_second", rate.read);
      out.field(8, "write_bytes_per_second", rate.write);
      out.field(8, "copy_bytes_per_second", rate.copy);
    }
  }
}

void write_overheads(const HardwareProfile& profile, Writer& out) {
  if (profile.overheads.empty()) return;
  out.line("overheads:");
  for (const Overhead& overhead : profile.overheads) {
    out.line("  - name: {}\n    threads: {}", quoted(overhead.name), overhead.threads);
    out.field(4, "time_ns", overhead.time);
  }
}

template <class T, class ToText>
std::string joined(const std::vector<T>& items, ToText to_text_of) {
  std::string text;
  for (const T& item : items) {
    text += format("{}{}", text.empty() ? "" : ", ", to_text_of(item));
  }
  return "[" + text + "]";
}

void write_curves(const HardwareProfile& profile, Writer& out) {
  if (profile.curves.empty()) return;
  out.line("efficiency:");
  for (const EfficiencyCurve& curve : profile.curves) {
    out.line("  - kernel: {}\n    dtype: {}\n    threads: {}\n    of: {}\n    axes: {}",
             quoted(curve.kernel), curve.dtype, curve.threads, curve.of,
             joined(curve.axes, [](const std::string& axis) { return quoted(axis); }));
    if (curve.points.empty()) continue;
    out.line("    points:");
    for (const EfficiencyPoint& point : curve.points) {
      out.line("      - at: {}",
               joined(point.at, [](std::int64_t extent) { return format("{}", extent); }));
      out.field(8, "share", point.share);
    }
  }
}

void write_rest(const HardwareProfile& profile, Writer& out) {
  if (!profile.energy.empty()) out.line("energy:");
  for (const EnergyPart& part : profile.energy) {
    out.line("  - name: {}", quoted(part.name));
    out.field(4, "joules", part.joules);
  }
  if (!profile.absent.empty()) out.line("absent:");
  for (const AbsentNumber& absent : profile.absent) {
    out.line("  - {{what: {}, because: {}}}", quoted(absent.what), quoted(absent.reason));
  }
  if (!profile.doubts.empty()) out.line("doubts:");
  for (const std::string& doubt : profile.doubts) {
    out.line("  - {}", quoted(doubt));
  }
}

void write_calibration(const Calibration& calibration, Writer& out) {
  out.line("calibration:\n  version: {}\n  model: {}\n  date: {}\n  data_hash: {}",
           calibration.version, quoted(calibration.model), quoted(calibration.date),
           quoted(calibration.data_hash));
  out.line("  judgement: {}", quoted(calibration.judgement));
  if (!calibration.coefficients.empty()) out.line("  coefficients:");
  for (const Coefficient& coefficient : calibration.coefficients) {
    out.line("    - {{name: {}, value: {}, unit: {}{}}}", quoted(coefficient.name),
             number_text(coefficient.value), quoted(coefficient.unit),
             interval_text(coefficient.interval));
  }
  if (!calibration.covariance.empty()) out.line("  covariance:");
  for (const std::vector<double>& row : calibration.covariance) {
    out.line("    - {}", joined(row, number_text));
  }
}

}  // namespace

std::string to_yaml(const HardwareProfile& profile) {
  Writer out;
  out.line("schema: {}\nname: {}\ndescription: {}\nkind: {}", kHardwareSchema, quoted(profile.name),
           quoted(profile.description), profile.kind);
  write_machine(profile, out);
  write_numbers(profile, out);
  write_peaks(profile, out);
  write_memory(profile, out);
  write_overheads(profile, out);
  write_curves(profile, out);
  write_rest(profile, out);
  if (profile.calibration) write_calibration(*profile.calibration, out);
  return out.take();
}

}  // namespace assay::oracle
