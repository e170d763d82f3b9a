// SPDX-License-Identifier: MIT
#include "lab/spec/field.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/nearest.h"
#include "lab/spec/quantity.h"

namespace assay::spec {
namespace {

constexpr std::size_t kShownMax = 60;  // Of a wrong text: enough to recognise it.

std::string join(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : format("{}.{}", path, key);
}

std::string place_of(const codec::Mark& mark, const std::string& path) {
  const std::string file = place_text(mark);
  return format("{}{}{}", file, file.empty() || path.empty() ? "" : ": ", path);
}

Error complain(const codec::Mark& mark, const std::string& path, std::string_view what) {
  const std::string place = place_of(mark, path);
  return Error::user("{}{}{}", place, place.empty() ? "" : ": ", what);
}

bool is_identifier_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

}  // namespace

std::string place_text(const codec::Mark& mark) {
  if (mark.file != nullptr && mark.line == 0) return *mark.file;
  return codec::to_text(mark);
}

bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 100 && text[0] != '-' && text[0] != '.' &&
         std::ranges::all_of(text, is_identifier_letter);
}

std::string Field::key() const {
  const std::size_t dot = path_.rfind('.');
  return dot == std::string::npos ? path_ : path_.substr(dot + 1);
}

std::string Field::place() const {
  return place_of(node_->mark(), path_);
}

Error Field::error(std::string_view what) const {
  // Nothing has no place of its own in YAML: the parser is already at the next key.
  return complain(node_->is_null() ? node_->key_mark() : node_->mark(), path_, what);
}

Error Field::error_at_key(std::string_view what) const {
  return complain(node_->key_mark(), path_, what);
}

std::string Field::describe() const {
  if (node_->is_list()) return node_->items().empty() ? "an empty list" : "a list";
  if (node_->is_map()) return node_->entries().empty() ? "an empty map" : "a map";
  if (node_->is_null()) return "nothing";
  const std::string text = codec::to_text(node_->scalar());
  const std::string shown = text.size() <= kShownMax ? text : text.substr(0, kShownMax) + "...";
  return node_->as_string() == nullptr ? shown : format("the text `{}`", shown);
}

Result<void> Field::allow_keys(std::span<const std::string> known) const {
  if (!node_->is_map()) return error(format("expected a map: got {}", describe()));
  for (const auto& [key, value] : node_->entries()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    return Field(value, join(path_, key)).error_at_key(unknown_name("key", key, known));
  }
  return {};
}

Result<Field> Field::at(std::string_view key) const {
  if (const auto found = find(key)) return *found;
  return error(format("expected the key `{}`, which is missing", key));
}

std::optional<Field> Field::find(std::string_view key) const {
  const codec::Node* found = std::as_const(*node_).find(key);
  if (found == nullptr) return std::nullopt;
  return Field(*found, join(path_, key));
}

Result<std::vector<Field>> Field::entries() const {
  if (!node_->is_map()) return error(format("expected a map: got {}", describe()));
  std::vector<Field> fields;
  for (const auto& [key, value] : node_->entries()) {
    fields.emplace_back(value, join(path_, key));
  }
  return fields;
}

Result<std::vector<Field>> Field::items() const {
  if (!node_->is_list()) return error(format("expected a list: got {}", describe()));
  std::vector<Field> fields;
  for (std::size_t i = 0; i < node_->items().size(); ++i) {
    fields.emplace_back(node_->items()[i], format("{}[{}]", path_, i));
  }
  return fields;
}

Result<std::string> Field::text() const {
  if (const std::string* text = node_->as_string()) return *text;
  const bool is_bare = node_->is_scalar() && !node_->is_null();
  return error(format("expected a text: got {}{}", describe(), is_bare ? "; quote it" : ""));
}

Result<std::int64_t> Field::integer(const IntegerBounds& bounds) const {
  const std::int64_t* value = node_->as_integer();
  if (value == nullptr) return error(format("expected an integer: got {}", describe()));
  if (*value < bounds.minimum || *value > bounds.maximum) {
    return error(format("must be from {} to {}: got {}", bounds.minimum, bounds.maximum, *value));
  }
  return *value;
}

Result<double> Field::number() const {
  bool is_number = false;
  const double value = node_->as_double(&is_number);
  if (!is_number) return error(format("expected a number: got {}", describe()));
  return value;
}

Result<bool> Field::flag() const {
  const bool* value = node_->as_bool();
  if (value == nullptr) return error(format("expected true or false: got {}", describe()));
  return *value;
}

Result<Nanoseconds> Field::duration() const {
  if (!node_->is_scalar()) return error(format("expected a duration: got {}", describe()));
  const Result<Nanoseconds> time = parse_duration(codec::to_text(node_->scalar()));
  if (!time) return error(time.error().message());
  return *time;
}

Result<Bytes> Field::size() const {
  if (!node_->is_scalar()) return error(format("expected a size: got {}", describe()));
  const Result<Bytes> size = parse_size(codec::to_text(node_->scalar()));
  if (!size) return error(size.error().message());
  return *size;
}

Result<std::size_t> Field::choice(std::string_view kind,
                                  std::span<const std::string> choices) const {
  ASSAY_TRY(const std::string chosen, text());
  const auto found = std::ranges::find(choices, chosen);
  if (found == choices.end()) return error(unknown_name(kind, chosen, choices));
  return static_cast<std::size_t>(found - choices.begin());
}

Result<std::string> Field::identifier() const {
  ASSAY_TRY(const std::string name, text());
  if (is_identifier(name)) return name;
  return error(format("expected a name of letters, digits, `_`, `-` and `.`: got {}", describe()));
}

Result<codec::Scalar> Field::scalar() const {
  if (!node_->is_scalar()) return error(format("expected a single value: got {}", describe()));
  return node_->scalar();
}

}  // namespace assay::spec
