// SPDX-License-Identifier: MIT
#include "oracle/hardware/hardware_profile.h"

#include <algorithm>
#include <array>

#include "core/codec/yaml.h"
#include "core/nearest.h"

namespace assay::oracle {
namespace {

using codec::Node;

constexpr std::string_view kSchema = "assay.hardware/1";

constexpr std::array<std::string_view, kProvenanceCount> kProvenances{"measured", "datasheet",
                                                                      "assumed"};

constexpr std::array kNumbers{
    HardwareNumberDefinition{"memory_bytes", "Memory of the device."},
    HardwareNumberDefinition{"memory_bytes_per_second", "Peak rate of that memory."},
    HardwareNumberDefinition{"memory_efficiency", "Share of the peak that a kernel reaches."},
    HardwareNumberDefinition{"f32_products_per_second", "Peak flops of matrix products in f32."},
    HardwareNumberDefinition{"f16_products_per_second", "The same in f16 and bf16, dense."},
    HardwareNumberDefinition{"i8_products_per_second", "The same in i8, dense."},
    HardwareNumberDefinition{"product_efficiency", "Share of the peak that a product reaches."},
    HardwareNumberDefinition{"vector_flops_per_second", "Peak flops of all that is no product."},
    HardwareNumberDefinition{"kernel_ns", "On the device, of every kernel launched by itself."},
    HardwareNumberDefinition{"graph_node_ns", "On the device, of every kernel in a replayed plan."},
    HardwareNumberDefinition{"queue_depth", "Launches that wait for the device."},
    HardwareNumberDefinition{"dispatch_ns", "Host, of a kernel through a framework's eager mode."},
    HardwareNumberDefinition{"launch_ns", "Host, of a kernel of a prepared plan."},
    HardwareNumberDefinition{"replay_ns", "Host, of a whole captured plan."},
    HardwareNumberDefinition{"copy_call_ns", "Host, of a copy put on a stream."},
    HardwareNumberDefinition{"event_ns", "Host, of an event recorded or waited for."},
    HardwareNumberDefinition{"synchronise_ns", "From the end of work to whoever waits for it."},
    HardwareNumberDefinition{"submission_ns", "From the end of a call to the earliest start."},
    HardwareNumberDefinition{"to_device_bytes_per_second", "Copies from pinned memory."},
    HardwareNumberDefinition{"from_device_bytes_per_second", "Copies into pinned memory."},
    HardwareNumberDefinition{"copy_latency_ns", "Of every copy, before its bytes."},
    HardwareNumberDefinition{"host_flops_per_second", "Of one worker of the host."},
    HardwareNumberDefinition{"host_memory_bytes_per_second", "The same."}};

std::vector<std::string> known_numbers() {
  std::vector<std::string> names;
  for (const HardwareNumberDefinition& definition : kNumbers) {
    names.emplace_back(definition.name);
  }
  return names;
}

/// "hardware/l40s.yaml:4:3: ..."
template <class... Args>
Error complain(const Node& node, fmt::format_string<Args...> pattern, Args&&... args) {
  return Error::user("{}: {}", to_text(node.key_mark()),
                     format(pattern, std::forward<Args>(args)...));
}

/// The text of `key`, which has to be there and not empty.
Result<std::string> text_of(const Node& map, std::string_view key, std::string_view what) {
  const Node* node = map.find(key);
  if (node == nullptr) return complain(map, "{} has no {}", what, key);
  const std::string* text = node->as_string();
  if (text == nullptr || text->empty()) return complain(*node, "{} is a text", key);
  return *text;
}

Result<void> check_keys(const Node& map, std::span<const std::string> known) {
  for (const auto& [key, node] : map.entries()) {
    if (std::ranges::find(known, key) == known.end()) {
      return complain(node, "{}", unknown_name("key", key, known));
    }
  }
  return {};
}

Result<Provenance> provenance_of(const Node& map, std::string_view number) {
  ASSAY_TRY(const std::string text, text_of(map, "is", number));
  const auto found = std::ranges::find(kProvenances, text);
  if (found == kProvenances.end()) {
    const std::vector<std::string> known(kProvenances.begin(), kProvenances.end());
    return complain(*map.find("is"), "{}", unknown_name("provenance", text, known));
  }
  return static_cast<Provenance>(found - kProvenances.begin());
}

Result<HardwareNumber> read_number(const std::string& name, const Node& node) {
  const std::vector<std::string> known = known_numbers();
  if (std::ranges::find(known, name) == known.end()) {
    return complain(node, "{}", unknown_name("number of a profile", name, known));
  }
  if (!node.is_map()) return complain(node, "{} is a map of value, is and from", name);
  const std::array<std::string, 3> keys{"value", "is", "from"};
  ASSAY_TRY_VOID(check_keys(node, keys));
  HardwareNumber number{.name = name, .value = 0, .provenance = {}, .source = {}};
  const Node* value = node.find("value");
  bool is_number = false;
  if (value != nullptr) number.value = value->as_double(&is_number);
  if (!is_number || !(number.value > 0)) {
    return complain(value == nullptr ? node : *value, "{} has a positive value", name);
  }
  ASSAY_TRY(number.provenance, provenance_of(node, name));
  ASSAY_TRY(number.source, text_of(node, "from", name));
  return number;
}

}  // namespace

std::string_view to_text(Provenance provenance) {
  return kProvenances[static_cast<std::size_t>(provenance)];
}

std::span<const HardwareNumberDefinition> hardware_numbers() {
  return kNumbers;
}

Result<double> HardwareProfile::value(std::string_view number) const {
  const auto found = std::ranges::find(numbers, number, &HardwareNumber::name);
  if (found == numbers.end()) return Error::user("{} has no {}", file, number);
  return found->value;
}

std::string HardwareProfile::summary() const {
  std::array<int, kProvenanceCount> counts{};
  for (const HardwareNumber& number : numbers) {
    ++counts[static_cast<std::size_t>(number.provenance)];
  }
  return format("{}: {} numbers measured, {} of datasheets, {} assumed", description, counts[0],
                counts[1], counts[2]);
}

Result<HardwareProfile> parse_hardware_profile(std::string_view text, const std::string& file) {
  ASSAY_TRY(const Node root, codec::parse_yaml(text, file));
  if (!root.is_map()) return Error::user("{}: a hardware profile is a map", file);
  const std::array<std::string, 4> keys{"schema", "name", "description", "numbers"};
  ASSAY_TRY_VOID(check_keys(root, keys));
  ASSAY_TRY(const std::string schema, text_of(root, "schema", "the profile"));
  if (schema != kSchema) {
    return complain(*root.find("schema"), "this Assay reads {}, got {}", kSchema, schema);
  }
  HardwareProfile profile;
  profile.file = file;
  ASSAY_TRY(profile.name, text_of(root, "name", "the profile"));
  ASSAY_TRY(profile.description, text_of(root, "description", "the profile"));
  const Node* numbers = root.find("numbers");
  if (numbers == nullptr || !numbers->is_map()) {
    return complain(numbers == nullptr ? root : *numbers, "numbers is a map of named numbers");
  }
  for (const auto& [name, node] : numbers->entries()) {
    ASSAY_TRY(HardwareNumber number, read_number(name, node));
    profile.numbers.push_back(std::move(number));
  }
  return profile;
}

}  // namespace assay::oracle
