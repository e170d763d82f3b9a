// SPDX-License-Identifier: MIT
// Filter expressions: `k % 8 != 0 and (dtype == "f32" or library in ["openblas", "onednn"])`.
// Integers, numbers, texts, flags; + - * / %, comparisons, `in`, and, or, not. Parsed once, checked
// against the known names, then evaluated over the factors of every point.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "lab/spec/factors.h"

namespace assay::spec {

struct ExpressionTree;

class Expression {
 public:
  Expression() = default;  ///< Empty: true for every point.
  /// An error says the column, what was expected there, and the nearest known name.
  static Result<Expression> parse(std::string_view text, std::span<const std::string> known_names);

  bool empty() const { return tree_ == nullptr; }
  const std::string& text() const { return text_; }
  /// "g3.yaml:14:12: claims.cheap.where": where it was read; every later error begins with it.
  const std::string& place() const { return place_; }
  void set_place(std::string place) { place_ = std::move(place); }
  /// "PLACE: what", of the user.
  Error error(std::string_view what) const;
  /// False for a name that the point lacks; types that do not compare are an error.
  Result<bool> matches(const Factors& factors) const;

 private:
  std::string text_;
  std::string place_;
  std::shared_ptr<const ExpressionTree> tree_;
};

}  // namespace assay::spec
