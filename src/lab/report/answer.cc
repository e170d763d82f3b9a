// SPDX-License-Identifier: MIT
#include "lab/report/answer.h"

#include <algorithm>
#include <vector>

#include "core/format.h"
#include "lab/figure/reading.h"

namespace assay::report {
namespace {

using analysis::ClaimFinding;
using analysis::Verdict;

std::string_view opening_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kSupported:
      return "supported that";
    case Verdict::kRefuted:
      return "refuted that";
    case Verdict::kUndecided:
      return "undecided whether";
    case Verdict::kNotMeasured:
      return "not measured whether";
  }
  return "";
}

/// A sentence without its full stop, to stand within another.
std::string without_stop(std::string text) {
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

std::string answer_of(const RunView& view) {
  std::vector<const ClaimFinding*> claims;
  for (const ClaimFinding& claim : view.findings.claims) {
    claims.push_back(&claim);
  }
  if (claims.empty()) return "No claim answers it; the tables and figures do.";
  std::ranges::stable_sort(claims, {}, [](const ClaimFinding* claim) { return claim->verdict; });
  std::string text = "It is ";
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (i > 0) text += i + 1 == claims.size() ? ", and " : ", ";
    text += format("{} “{}” ({})", opening_of(claims[i]->verdict), without_stop(claims[i]->says),
                   without_stop(claims[i]->because));
  }
  return text + ".";
}

std::string seen_text(const analysis::ClaimFinding& claim) {
  const std::string text = figure::value_text(claim.value);
  return claim.value.has_number() ? text + claim.unit : text;
}

}  // namespace assay::report
