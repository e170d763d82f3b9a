// SPDX-License-Identifier: MIT
// `assay djinn top`: what a server is doing, again and again. A table on a terminal, a line of
// name=value elsewhere.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/codec/node.h"
#include "core/result.h"
#include "core/units.h"
#include "djinn/client/client.h"

namespace assay::cli {

/// What STATS told, and when.
struct TopMoment {
  codec::Node stats;
  Nanoseconds at{0};
};

struct TopScreen {
  int columns = 80;
  int rows = 24;
};

/// Rates are those since `before`; without it they are not shown. At most so many lines and columns
/// as the screen has.
std::vector<std::string> top_table(const std::string& address, const TopMoment& now,
                                   const TopMoment* before, const TopScreen& screen);
/// "sessions=3 compute=1 io_wait=2 ...": a name without a value is "-".
std::string top_line(const TopMoment& now, const TopMoment* before);

struct TopOptions {
  std::string address;
  Nanoseconds interval{1'000'000'000};
  bool is_once = false;
};
/// So that show_top() hears of them, and nobody else.
void block_top_signals();
/// Until SIGINT or SIGTERM; an error where the server is gone.
Result<void> show_top(djinn::Client& client, const TopOptions& options);

}  // namespace assay::cli
