// SPDX-License-Identifier: MIT
// A profile read from its file: closed at every level, each complaint with its place.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/codec/yaml.h"
#include "core/nearest.h"
#include "oracle/hardware/hardware_profile.h"
#include "oracle/hardware/quantity_unit.h"

namespace assay::oracle {
namespace {

using codec::Node;

constexpr std::int64_t kThreadsMax = 1 << 20;

/// "hardware/l40s.yaml:4:3: ..."
template <class... Args>
Error complain(const Node& node, fmt::format_string<Args...> pattern, Args&&... args) {
  return Error::user("{}: {}", to_text(node.key_mark()),
                     format(pattern, std::forward<Args>(args)...));
}

std::vector<std::string> texts_of(std::span<const std::string_view> names) {
  return {names.begin(), names.end()};
}

/// The text of `key`, which has to be there and not empty.
Result<std::string> text_of(const Node& map, std::string_view key, std::string_view what) {
  const Node* node = map.find(key);
  if (node == nullptr) return complain(map, "{} has no {}", what, key);
  const std::string* text = node->as_string();
  if (text == nullptr || text->empty()) return complain(*node, "{} is a text", key);
  return *text;
}

Result<std::string> text_or_empty(const Node& map, std::string_view key, std::string_view what) {
  if (map.find(key) == nullptr) return std::string();
  return text_of(map, key, what);
}

/// One of a closed list of words.
Result<std::string> word_of(const Node& map, std::string_view key, std::string_view what,
                            std::span<const std::string_view> words) {
  ASSAY_TRY(std::string text, text_of(map, key, what));
  if (std::ranges::find(words, text) == words.end()) {
    return complain(*map.find(key), "{}", unknown_name(key, text, texts_of(words)));
  }
  return text;
}

Result<std::int64_t> integer_of(const Node& map, std::string_view key, std::string_view what) {
  const Node* node = map.find(key);
  if (node == nullptr) return complain(map, "{} has no {}", what, key);
  const std::int64_t* integer = node->as_integer();
  if (integer == nullptr || *integer < 0 || *integer > kThreadsMax) {
    return complain(*node, "{} is a whole number from 0 to {}", key, kThreadsMax);
  }
  return *integer;
}

Result<int> threads_of(const Node& map, std::string_view what) {
  ASSAY_TRY(const std::int64_t threads, integer_of(map, "threads", what));
  return static_cast<int>(threads);
}

Result<double> double_of(const Node& map, std::string_view key, std::string_view what) {
  const Node* node = map.find(key);
  bool is_number = false;
  const double number = node == nullptr ? 0 : node->as_double(&is_number);
  if (!is_number || !std::isfinite(number)) {
    return complain(node == nullptr ? map : *node, "{} of {} is a number", key, what);
  }
  return number;
}

Result<void> check_map(const Node& map, std::string_view what,
                       std::initializer_list<std::string_view> known) {
  if (!map.is_map()) return complain(map, "{} is a map", what);
  for (const auto& [key, node] : map.entries()) {
    if (std::ranges::find(known, key) == known.end()) {
      return complain(node, "{}",
                      unknown_name("key", key, texts_of({known.begin(), known.size()})));
    }
  }
  return {};
}

/// low and high, both or neither.
Result<std::optional<Interval>> interval_of(const Node& map, std::string_view what) {
  if (map.find("low") == nullptr && map.find("high") == nullptr) return std::optional<Interval>();
  ASSAY_TRY(const double low, double_of(map, "low", what));
  ASSAY_TRY(const double high, double_of(map, "high", what));
  return std::optional<Interval>(Interval{low, high});
}

Result<Provenance> provenance_of(const Node& map, std::string_view name) {
  constexpr std::array<std::string_view, kProvenanceCount> kWords{"measured", "datasheet",
                                                                  "assumed"};
  ASSAY_TRY(const std::string text, text_of(map, "is", name));
  const auto* const found = std::ranges::find(kWords, text);
  if (found == kWords.end()) {
    return complain(*map.find("is"), "{}", unknown_name("provenance", text, texts_of(kWords)));
  }
  return static_cast<Provenance>(found - kWords.begin());
}

/// `name` says which unit it is in.
Result<Quantity> read_quantity(const Node& node, std::string_view name) {
  if (!node.is_map()) return complain(node, "{} is a map of value, is and from", name);
  ASSAY_TRY_VOID(check_map(node, name, {"value", "unit", "low", "high", "is", "from", "date"}));
  Quantity quantity;
  quantity.unit = unit_of_name(name);
  const Node* value = node.find("value");
  bool is_number = false;
  if (value != nullptr) quantity.value = value->as_double(&is_number);
  if (!is_number || !(quantity.value > 0) || !std::isfinite(quantity.value)) {
    return complain(value == nullptr ? node : *value, "{} has a positive value", name);
  }
  ASSAY_TRY(const std::string unit, text_or_empty(node, "unit", name));
  if (!unit.empty() && unit != quantity.unit) {
    return complain(*node.find("unit"), "{} is in {}, got {}", name, quantity.unit, unit);
  }
  ASSAY_TRY(quantity.interval, interval_of(node, name));
  const auto& interval = quantity.interval;
  if (interval && !(0 <= interval->low && interval->low <= quantity.value &&
                    quantity.value <= interval->high)) {
    return complain(node, "{} lies between its low and its high", name);
  }
  ASSAY_TRY(quantity.provenance, provenance_of(node, name));
  ASSAY_TRY(quantity.source, text_of(node, "from", name));
  ASSAY_TRY(quantity.date, text_or_empty(node, "date", name));
  return quantity;
}

Result<Quantity> quantity_of(const Node& map, std::string_view key, std::string_view what) {
  const Node* node = map.find(key);
  if (node == nullptr) return complain(map, "{} has no {}", what, key);
  return read_quantity(*node, key);
}

Result<std::optional<Quantity>> quantity_if_there(const Node& map, std::string_view key) {
  const Node* node = map.find(key);
  if (node == nullptr) return std::optional<Quantity>();
  ASSAY_TRY(Quantity quantity, read_quantity(*node, key));
  return std::optional<Quantity>(std::move(quantity));
}

/// Every item of a list that may be absent, through `read`.
template <class Item>
Result<void> read_list(const Node& map, std::string_view key, std::vector<Item>& into,
                       Result<Item> (*read)(const Node&)) {
  const Node* list = map.find(key);
  if (list == nullptr) return {};
  if (!list->is_list()) return complain(*list, "{} is a list", key);
  for (const Node& node : list->items()) {
    ASSAY_TRY(Item item, read(node));
    into.push_back(std::move(item));
  }
  return {};
}

Result<std::string> read_text(const Node& node) {
  const std::string* text = node.as_string();
  if (text == nullptr || text->empty()) {
    return Error::user("{}: a text was expected", to_text(node.mark()));
  }
  return *text;
}

Result<ComputePeak> read_peak(const Node& node) {
  ASSAY_TRY_VOID(check_map(node, "a peak", {"isa", "dtype", "threads", "flops_per_second"}));
  ComputePeak peak;
  ASSAY_TRY(peak.isa, text_of(node, "isa", "a peak"));
  ASSAY_TRY(peak.dtype, word_of(node, "dtype", "a peak", profile_dtypes()));
  ASSAY_TRY(peak.threads, threads_of(node, "a peak"));
  ASSAY_TRY(peak.flops_per_second, quantity_of(node, "flops_per_second", "a peak"));
  return peak;
}

Result<TierRate> read_rate(const Node& node) {
  ASSAY_TRY_VOID(check_map(
      node, "a rate",
      {"threads", "read_bytes_per_second", "write_bytes_per_second", "copy_bytes_per_second"}));
  TierRate rate;
  ASSAY_TRY(rate.threads, threads_of(node, "a rate"));
  ASSAY_TRY(rate.read, quantity_if_there(node, "read_bytes_per_second"));
  ASSAY_TRY(rate.write, quantity_if_there(node, "write_bytes_per_second"));
  ASSAY_TRY(rate.copy, quantity_if_there(node, "copy_bytes_per_second"));
  return rate;
}

Result<MemoryTier> read_tier(const Node& node) {
  ASSAY_TRY_VOID(check_map(node, "a memory tier",
                           {"name", "shared_by", "capacity_bytes", "latency_ns", "rates"}));
  MemoryTier tier;
  ASSAY_TRY(tier.name, text_of(node, "name", "a memory tier"));
  ASSAY_TRY(const std::int64_t shared_by, integer_of(node, "shared_by", "a memory tier"));
  tier.shared_by = static_cast<int>(shared_by);
  ASSAY_TRY(tier.capacity, quantity_of(node, "capacity_bytes", "a memory tier"));
  ASSAY_TRY(tier.latency, quantity_if_there(node, "latency_ns"));
  ASSAY_TRY_VOID(read_list(node, "rates", tier.rates, read_rate));
  return tier;
}

Result<Overhead> read_overhead(const Node& node) {
  ASSAY_TRY_VOID(check_map(node, "an overhead", {"name", "threads", "time_ns"}));
  Overhead overhead;
  ASSAY_TRY(overhead.name, text_of(node, "name", "an overhead"));
  ASSAY_TRY(overhead.threads, threads_of(node, "an overhead"));
  ASSAY_TRY(overhead.time, quantity_of(node, "time_ns", "an overhead"));
  return overhead;
}

Result<std::int64_t> read_extent(const Node& node) {
  const std::int64_t* extent = node.as_integer();
  if (extent == nullptr || *extent < 1) {
    return Error::user("{}: an extent is a whole number from 1", to_text(node.mark()));
  }
  return *extent;
}

Result<EfficiencyPoint> read_point(const Node& node) {
  ASSAY_TRY_VOID(check_map(node, "a point", {"at", "share"}));
  EfficiencyPoint point;
  ASSAY_TRY_VOID(read_list(node, "at", point.at, read_extent));
  ASSAY_TRY(point.share, quantity_of(node, "share", "a point"));
  return point;
}

Result<EfficiencyCurve> read_curve(const Node& node) {
  ASSAY_TRY_VOID(check_map(node, "an efficiency curve",
                           {"kernel", "dtype", "threads", "of", "axes", "points"}));
  constexpr std::array<std::string_view, 4> kCeilings{"compute", "read", "write", "copy"};
  EfficiencyCurve curve;
  ASSAY_TRY(curve.kernel, text_of(node, "kernel", "an efficiency curve"));
  ASSAY_TRY(curve.dtype, word_of(node, "dtype", "an efficiency curve", profile_dtypes()));
  ASSAY_TRY(curve.threads, threads_of(node, "an efficiency curve"));
  ASSAY_TRY(curve.of, word_of(node, "of", "an efficiency curve", kCeilings));
  ASSAY_TRY_VOID(read_list(node, "axes", curve.axes, read_text));
  ASSAY_TRY_VOID(read_list(node, "points", curve.points, read_point));
  for (const EfficiencyPoint& point : curve.points) {
    if (point.at.size() == curve.axes.size()) continue;
    return complain(node, "a point of {} has {} extents for {} axes", curve.kernel, point.at.size(),
                    curve.axes.size());
  }
  return curve;
}

Result<EnergyPart> read_energy(const Node& node) {
  ASSAY_TRY_VOID(check_map(node, "an energy", {"name", "joules"}));
  EnergyPart part;
  ASSAY_TRY(part.name, text_of(node, "name", "an energy"));
  ASSAY_TRY(part.joules, quantity_of(node, "joules", "an energy"));
  return part;
}

Result<AbsentNumber> read_absent(const Node& node) {
  ASSAY_TRY_VOID(check_map(node, "what is absent", {"what", "because"}));
  AbsentNumber absent;
  ASSAY_TRY(absent.what, text_of(node, "what", "what is absent"));
  ASSAY_TRY(absent.reason, text_of(node, "because", "what is absent"));
  return absent;
}

Result<Coefficient> read_coefficient(const Node& node) {
  ASSAY_TRY_VOID(check_map(node, "a coefficient", {"name", "value", "unit", "low", "high"}));
  Coefficient coefficient;
  ASSAY_TRY(coefficient.name, text_of(node, "name", "a coefficient"));
  ASSAY_TRY(coefficient.value, double_of(node, "value", coefficient.name));
  ASSAY_TRY(coefficient.unit, text_of(node, "unit", coefficient.name));
  ASSAY_TRY(coefficient.interval, interval_of(node, coefficient.name));
  return coefficient;
}

Result<std::vector<double>> read_row(const Node& node) {
  if (!node.is_list()) return Error::user("{}: a row is a list", to_text(node.mark()));
  std::vector<double> row;
  for (const Node& item : node.items()) {
    bool is_number = false;
    row.push_back(item.as_double(&is_number));
    if (!is_number) return Error::user("{}: a number was expected", to_text(item.mark()));
  }
  return row;
}

Result<Calibration> read_calibration(const Node& node) {
  constexpr std::string_view kWhat = "the calibration";
  ASSAY_TRY_VOID(check_map(
      node, kWhat,
      {"version", "model", "date", "data_hash", "judgement", "coefficients", "covariance"}));
  Calibration calibration;
  ASSAY_TRY(calibration.version, integer_of(node, "version", kWhat));
  ASSAY_TRY(calibration.model, text_of(node, "model", kWhat));
  ASSAY_TRY(calibration.date, text_of(node, "date", kWhat));
  ASSAY_TRY(calibration.data_hash, text_of(node, "data_hash", kWhat));
  ASSAY_TRY(calibration.judgement, text_of(node, "judgement", kWhat));
  ASSAY_TRY_VOID(read_list(node, "coefficients", calibration.coefficients, read_coefficient));
  ASSAY_TRY_VOID(read_list(node, "covariance", calibration.covariance, read_row));
  const std::size_t size = calibration.coefficients.size();
  const auto& rows = calibration.covariance;
  const bool is_square =
      std::ranges::all_of(rows, [&](const std::vector<double>& row) { return row.size() == size; });
  if (!rows.empty() && (rows.size() != size || !is_square)) {
    return complain(*node.find("covariance"), "the covariance is {} x {}, as the coefficients are",
                    size, size);
  }
  return calibration;
}

Result<void> read_numbers(const Node& root, std::vector<HardwareNumber>& into) {
  const Node* numbers = root.find("numbers");
  if (numbers == nullptr) return {};
  if (!numbers->is_map()) return complain(*numbers, "numbers is a map of named numbers");
  std::vector<std::string> known;
  for (const HardwareNumberDefinition& definition : hardware_numbers()) {
    known.emplace_back(definition.name);
  }
  for (const auto& [name, node] : numbers->entries()) {
    if (std::ranges::find(known, name) == known.end()) {
      return complain(node, "{}", unknown_name("number of a profile", name, known));
    }
    ASSAY_TRY(Quantity quantity, read_quantity(node, name));
    into.push_back({name, std::move(quantity)});
  }
  return {};
}

Result<void> read_machine(const Node& root, std::vector<MachineFact>& into) {
  const Node* machine = root.find("machine");
  if (machine == nullptr) return {};
  if (!machine->is_map()) return complain(*machine, "machine is a map of texts");
  for (const auto& [name, node] : machine->entries()) {
    ASSAY_TRY(std::string text, read_text(node));
    into.push_back({name, std::move(text)});
  }
  return {};
}

Result<void> read_sections(const Node& root, HardwareProfile& profile) {
  ASSAY_TRY_VOID(read_machine(root, profile.machine));
  ASSAY_TRY_VOID(read_numbers(root, profile.numbers));
  ASSAY_TRY_VOID(read_list(root, "peaks", profile.peaks, read_peak));
  ASSAY_TRY_VOID(read_list(root, "memory", profile.memory, read_tier));
  ASSAY_TRY_VOID(read_list(root, "overheads", profile.overheads, read_overhead));
  ASSAY_TRY_VOID(read_list(root, "efficiency", profile.curves, read_curve));
  ASSAY_TRY_VOID(read_list(root, "energy", profile.energy, read_energy));
  ASSAY_TRY_VOID(read_list(root, "absent", profile.absent, read_absent));
  ASSAY_TRY_VOID(read_list(root, "doubts", profile.doubts, read_text));
  if (const Node* node = root.find("calibration"); node != nullptr) {
    ASSAY_TRY(profile.calibration, read_calibration(*node));
  }
  return {};
}

}  // namespace

Result<HardwareProfile> parse_hardware_profile(std::string_view text, const std::string& file) {
  ASSAY_TRY(const Node root, codec::parse_yaml(text, file));
  if (!root.is_map()) return Error::user("{}: a hardware profile is a map", file);
  ASSAY_TRY(const std::string schema, text_of(root, "schema", "the profile"));
  if (schema != kHardwareSchema) {
    return complain(*root.find("schema"), "this Assay reads {}, got {}", kHardwareSchema, schema);
  }
  ASSAY_TRY_VOID(
      check_map(root, "the profile",
                {"schema", "name", "description", "kind", "machine", "numbers", "peaks", "memory",
                 "overheads", "efficiency", "energy", "absent", "doubts", "calibration"}));
  HardwareProfile profile;
  profile.file = file;
  ASSAY_TRY(profile.name, text_of(root, "name", "the profile"));
  ASSAY_TRY(profile.description, text_of(root, "description", "the profile"));
  ASSAY_TRY(profile.kind, word_of(root, "kind", "the profile", hardware_kinds()));
  ASSAY_TRY_VOID(read_sections(root, profile));
  return profile;
}

}  // namespace assay::oracle
