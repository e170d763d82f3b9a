// SPDX-License-Identifier: MIT
#include "lab/spec/overrides.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "core/codec/yaml.h"
#include "core/nearest.h"

namespace assay::spec {
namespace {

using codec::Mark;
using codec::Node;

std::vector<std::string> parts_of(std::string_view key) {
  std::vector<std::string> parts;
  for (std::size_t dot = key.find('.'); dot != std::string_view::npos; dot = key.find('.')) {
    parts.emplace_back(key.substr(0, dot));
    key.remove_prefix(dot + 1);
  }
  parts.emplace_back(key);
  return parts;
}

/// The same content with every node marked as coming from `mark`.
Node marked(const Node& node, const Mark& mark) {
  Node copy = node;
  if (node.is_list()) {
    copy = Node::list();
    for (const Node& item : node.items()) {
      copy.append(marked(item, mark));
    }
  } else if (node.is_map()) {
    copy = Node::map();
    for (const auto& [key, value] : node.entries()) {
      copy.set(key, marked(value, mark));
    }
  }
  copy.set_mark(mark);
  copy.set_key_mark(0, 0);
  return copy;
}

Result<Node> parse_value(std::string_view text) {
  // What YAML reads as a block, an anchor, a tag or a comment is a text on a command line:
  // claims.x.ratio=>1.05 means what it says.
  constexpr std::string_view kTextStarts = ">|&*!#%@`";
  if (!text.empty() && kTextStarts.find(text[0]) != std::string_view::npos) return Node(text);
  return codec::parse_yaml_value(text);
}

Result<Override> parse_override(std::string_view text, std::size_t number) {
  Override parsed;
  parsed.place = format("override {}: {}", number, text);
  std::string_view rest = text;
  if (text.starts_with('+')) parsed.kind = OverrideKind::kAdd;
  if (text.starts_with('~')) parsed.kind = OverrideKind::kDelete;
  if (parsed.kind != OverrideKind::kSet) rest.remove_prefix(1);
  const std::size_t equals = rest.find('=');
  const bool has_value = equals != std::string_view::npos;
  parsed.key = rest.substr(0, equals);
  const std::vector<std::string> parts = parts_of(parsed.key);
  if (std::ranges::any_of(parts, &std::string::empty)) {
    return Error::user("{}: expected key=value, +key=value or ~key", parsed.place);
  }
  if (parsed.kind == OverrideKind::kDelete) {
    if (has_value) return Error::user("{}: ~ takes a key only: ~{}", parsed.place, parsed.key);
    return parsed;
  }
  if (!has_value) {
    return Error::user("{}: expected a value: {}=...", parsed.place, parsed.key);
  }
  Result<Node> value = parse_value(rest.substr(equals + 1));
  if (!value) return Error::user("{}: {}", parsed.place, value.error().message());
  const Mark mark{
      .file = std::make_shared<const std::string>(parsed.place), .line = 0, .column = 0};
  parsed.value = marked(*value, mark);
  return parsed;
}

Node* find_path(Node& document, std::string_view key) {
  Node* at = &document;
  for (const std::string& part : parts_of(key)) {
    at = at->find(part);
    if (at == nullptr) return nullptr;
  }
  return at;
}

void collect_keys(const Node& node, const std::string& path, std::vector<std::string>& keys) {
  if (!node.is_map()) return;
  for (const auto& [key, value] : node.entries()) {
    const std::string inner = path.empty() ? key : format("{}.{}", path, key);
    keys.push_back(inner);
    collect_keys(value, inner, keys);
  }
}

/// The known keys that stand where `key` would: what was meant is in the same section.
std::vector<std::string> siblings_of(const std::string& key, const std::vector<std::string>& keys) {
  const std::size_t dot = key.rfind('.');
  const std::string section = dot == std::string::npos ? "" : key.substr(0, dot + 1);
  std::vector<std::string> siblings;
  for (const std::string& known : keys) {
    if (!known.starts_with(section)) continue;
    const std::string last = known.substr(section.size());
    const bool is_new = std::ranges::find(siblings, last) == siblings.end();
    if (is_new && last.find('.') == std::string::npos) siblings.push_back(last);
  }
  return siblings;
}

/// "; did you mean a.b?" or what the section knows, or the nearest of all where it knows nothing.
std::string hint_for(const std::string& key, const std::vector<std::string>& keys) {
  const std::size_t dot = key.rfind('.');
  const std::vector<std::string> siblings = siblings_of(key, keys);
  if (dot == std::string::npos || siblings.empty()) {
    const std::string meant = nearest_name(key, keys);
    return meant.empty() ? "" : format("; did you mean {}?", meant);
  }
  const std::string section = key.substr(0, dot + 1);
  const std::string meant = nearest_name(key.substr(dot + 1), siblings);
  if (!meant.empty()) return format("; did you mean {}{}?", section, meant);
  std::string known;
  for (const std::string& sibling : siblings) {
    known += (known.empty() ? "" : ", ") + sibling;
  }
  return format("; {} has: {};", key.substr(0, dot), known);
}

Error unknown_key(const Override& change, const Node& document,
                  std::span<const std::string> known_keys) {
  std::vector<std::string> keys(known_keys.begin(), known_keys.end());
  collect_keys(document, "", keys);
  std::string hint = hint_for(change.key, keys);
  if (change.kind == OverrideKind::kSet) {
    hint += format("{} write +{}=... to add a new key", hint.empty() ? ";" : "", change.key);
  } else if (hint.ends_with(';')) {
    hint.pop_back();
  }
  return Error::user("{}: unknown key: {}{}", change.place, change.key, hint);
}

/// Sets the value at its path, making the maps on the way.
Result<void> put(Node& document, const Override& change) {
  const std::vector<std::string> parts = parts_of(change.key);
  Node* at = &document;
  std::string path;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    path += (i == 0 ? "" : ".") + parts[i];
    if (at->find(parts[i]) == nullptr) {
      Node& made = at->set(parts[i], Node::map());
      made.set_mark(change.value.mark());
    }
    at = at->find(parts[i]);
    if (!at->is_map()) return Error::user("{}: {} is not a map", change.place, path);
  }
  Node* existing = at->find(parts.back());
  if (existing == nullptr) {
    at->set(parts.back(), change.value);
  } else {
    merge_into(*existing, change.value);
  }
  return {};
}

Result<void> remove(Node& document, const Override& change) {
  const std::size_t dot = change.key.rfind('.');
  Node* parent =
      dot == std::string::npos ? &document : find_path(document, change.key.substr(0, dot));
  const std::string last = dot == std::string::npos ? change.key : change.key.substr(dot + 1);
  if (parent == nullptr || parent->find(last) == nullptr) return unknown_key(change, document, {});
  parent->erase(last);
  return {};
}

Result<void> apply(Node& document, const Override& change,
                   std::span<const std::string> known_keys) {
  if (change.kind == OverrideKind::kDelete) return remove(document, change);
  const bool exists = find_path(document, change.key) != nullptr;
  if (change.kind == OverrideKind::kAdd && exists) {
    return Error::user("{}: {} is there already; drop the + to change it", change.place,
                       change.key);
  }
  const bool is_known = exists || std::ranges::find(known_keys, change.key) != known_keys.end();
  if (change.kind == OverrideKind::kSet && !is_known) {
    return unknown_key(change, document, known_keys);
  }
  return put(document, change);
}

}  // namespace

Result<std::vector<Override>> parse_overrides(std::span<const std::string> texts) {
  std::vector<Override> overrides;
  for (const std::string& text : texts) {
    ASSAY_TRY(Override parsed, parse_override(text, overrides.size() + 1));
    overrides.push_back(std::move(parsed));
  }
  return overrides;
}

Result<void> apply_overrides(Node& document, std::span<const Override> overrides,
                             std::span<const std::string> known_keys) {
  for (const Override& change : overrides) {
    ASSAY_TRY_VOID(apply(document, change, known_keys));
  }
  return {};
}

void merge_into(Node& base, const Node& over) {
  if (!base.is_map() || !over.is_map()) {
    base = over;
    return;
  }
  for (const auto& [key, value] : over.entries()) {
    if (Node* existing = base.find(key)) {
      merge_into(*existing, value);
    } else {
      base.set(key, value);
    }
  }
}

}  // namespace assay::spec
