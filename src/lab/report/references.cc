// SPDX-License-Identifier: MIT
#include "lab/report/references.h"

#include <algorithm>
#include <cctype>

#include "core/nearest.h"

namespace assay::report {
namespace {

constexpr std::string_view kOpen = "{{claim:";
constexpr std::string_view kClose = "}}";

int line_of(std::string_view text, std::size_t position) {
  return static_cast<int>(std::ranges::count(text.substr(0, position), '\n')) + 1;
}

Result<std::string> field_of(const analysis::ClaimFinding& claim, std::string_view field) {
  if (field == "value") return to_text(claim.value) + claim.unit;
  if (field == "verdict") return std::string(to_text(claim.verdict));
  if (field == "bound") return claim.bound;
  if (field == "because") return claim.because;
  static const std::vector<std::string> kFields{"because", "bound", "value", "verdict"};
  return Error::user("{}", unknown_name("field of a claim", field, kFields));
}

/// "id.field" -> its text.
Result<std::string> look_up(std::string_view reference,
                            const std::vector<analysis::ClaimFinding>& claims) {
  const std::size_t dot = reference.rfind('.');
  const std::string_view id = reference.substr(0, dot);
  std::vector<std::string> known;
  for (const analysis::ClaimFinding& claim : claims) {
    if (claim.id == id) {
      return field_of(claim, dot == std::string_view::npos ? "" : reference.substr(dot + 1));
    }
    known.push_back(claim.id);
  }
  return Error::user("{}", unknown_name("claim", id, known));
}

}  // namespace

Result<std::string> fill_references(std::string_view text,
                                    const std::vector<analysis::ClaimFinding>& claims) {
  std::string filled;
  std::size_t position = 0;
  while (true) {
    const std::size_t open = text.find(kOpen, position);
    filled += text.substr(position, open - position);
    if (open == std::string_view::npos) return filled;
    const std::size_t begin = open + kOpen.size();
    const std::size_t close = text.find(kClose, begin);
    if (close == std::string_view::npos || close > text.find('\n', begin)) {
      return Error::user("a reference to a claim is not closed by }}}} in line {}",
                         line_of(text, open));
    }
    ASSAY_TRY(const std::string value, look_up(text.substr(begin, close - begin), claims)
                                           .context("in line {}", line_of(text, open)));
    filled += value;
    position = close + kClose.size();
  }
}

std::vector<std::string> literals_beside_references(std::string_view text) {
  std::vector<std::string> found;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.find(kOpen) == std::string::npos) continue;
    std::string rest = line;
    for (std::size_t open = rest.find(kOpen); open != std::string::npos; open = rest.find(kOpen)) {
      const std::size_t close = std::min(rest.find(kClose, open), rest.size() - kClose.size());
      rest.erase(open, close + kClose.size() - open);
    }
    const bool has_literal =
        std::ranges::any_of(rest, [](unsigned char c) { return std::isdigit(c) != 0; });
    if (has_literal) found.push_back(format("{}: {}", number, line));
  }
  return found;
}

}  // namespace assay::report
