// SPDX-License-Identifier: MIT
// Settings out of a config.json that a foreign program wrote: a key that is missing or null has its
// default, one of a wrong kind or out of range is an error that names it.
//
//   ASSAY_TRY(const Settings settings, Settings::parse(text, "gpt2/config.json"));
//   ASSAY_TRY(std::int64_t width, settings.integer("n_embd", 1, kSizeMax));
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/codec/node.h"
#include "core/result.h"

namespace assay::models {

class Settings {
 public:
  /// The text has to be a map. `file` names it in messages.
  static Result<Settings> parse(std::string_view text, std::string file);
  /// The map under `key`; none where it is missing or null.
  Result<std::optional<Settings>> map(std::string_view key) const;

  bool has(std::string_view key) const { return find(key) != nullptr; }
  /// nullptr where it is missing or null.
  const codec::Node* find(std::string_view key) const;

  /// Within [low, high]; an error where it is missing and there is no default.
  Result<std::int64_t> integer(std::string_view key, std::int64_t low, std::int64_t high,
                               std::optional<std::int64_t> by_default = {}) const;
  Result<double> number(std::string_view key, double by_default) const;
  Result<bool> flag(std::string_view key, bool by_default) const;
  Result<std::string> text(std::string_view key, std::string by_default) const;

  /// "gpt2/config.json: n_embd: expected ..., got ...", with what is there.
  Error expected(std::string_view key, std::string_view what) const;
  /// For what we know and cannot do: the value, and what we can.
  Error unsupported(std::string_view key, std::string_view known) const;

 private:
  Settings(codec::Node node, std::string place)
      : node_(std::move(node)), place_(std::move(place)) {}
  std::string shown(std::string_view key) const;

  codec::Node node_;
  std::string place_;
};

}  // namespace assay::models
