// SPDX-License-Identifier: MIT
#include "cli/djinn_top.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <map>

#include "cli/print.h"
#include "core/clock.h"
#include "core/codec/json.h"
#include "djinn/server/stats_document.h"

namespace assay::cli {
namespace {

using codec::Node;
using djinn::number_at;
using djinn::text_at;

std::string count_text(std::optional<double> number) {
  return number ? format("{}", std::llround(*number)) : "-";
}

std::string bytes_text(std::optional<double> bytes) {
  return bytes ? to_text(Bytes(std::llround(*bytes))) : "-";
}

/// Between two moments, a second; none where the time between them is none.
class Rates {
 public:
  Rates(const TopMoment& now, const TopMoment* before) : now_(&now), before_(before) {
    if (before != nullptr) seconds_ = Seconds(now.at - before->at).count();
    if (before == nullptr || seconds_ <= 0) return;
    is_known_ = true;
    const Node& sessions = djinn::node_at(before->stats, "sessions");
    if (!sessions.is_list()) return;
    for (const Node& session : sessions.items())
      sessions_before_[text_at(session, "session")] = &session;
  }

  /// Of a number that only grows. A server that began anew counts from 0.
  std::optional<double> of(std::string_view path) const {
    if (!is_known_) return std::nullopt;
    return rate(number_at(now_->stats, path), number_at(before_->stats, path));
  }
  /// Of a field of one session, which may not have been there before.
  std::optional<double> of_session(const Node& session, std::string_view field) const {
    if (!is_known_) return std::nullopt;
    const auto was = sessions_before_.find(text_at(session, "session"));
    const auto before =
        was == sessions_before_.end() ? std::optional(0.0) : number_at(*was->second, field);
    return rate(number_at(session, field), before);
  }
  /// Over the sessions that are there now.
  std::optional<double> of_sessions(std::string_view field) const {
    const Node& sessions = djinn::node_at(now_->stats, "sessions");
    if (!is_known_ || !sessions.is_list()) return std::nullopt;
    double sum = 0;
    for (const Node& session : sessions.items())
      sum += of_session(session, field).value_or(0);
    return sum;
  }

 private:
  std::optional<double> rate(std::optional<double> now, std::optional<double> before) const {
    if (!now || !before) return std::nullopt;
    return std::max(0.0, *now - *before) / seconds_;
  }

  const TopMoment* now_;
  const TopMoment* before_;
  double seconds_ = 0;
  bool is_known_ = false;
  std::map<std::string, const Node*> sessions_before_;
};

std::int64_t sessions_in(const Node& stats, std::string_view phase) {
  const Node& sessions = djinn::node_at(stats, "sessions");
  if (!sessions.is_list()) return 0;
  return std::ranges::count_if(
      sessions.items(), [&](const Node& session) { return text_at(session, "phase") == phase; });
}

/// "[#####.....] 16 KiB of 32 KiB"
std::string gauge(const Node& stats, std::string_view segment) {
  constexpr double kWidth = 20;
  const auto used = number_at(stats, format("vmu.{}.used_bytes", segment));
  const auto whole = number_at(stats, format("vmu.{}.reserved_bytes", segment));
  if (!used || !whole) return "-";
  const double part = *whole > 0 ? std::clamp(*used / *whole, 0.0, 1.0) : 0;
  const auto full = static_cast<std::size_t>(std::lround(part * kWidth));
  const auto width = static_cast<std::size_t>(kWidth);
  return format("[{}{}] {} of {}", std::string(full, '#'), std::string(width - full, '.'),
                bytes_text(used), bytes_text(whole));
}

std::string rate_text(std::optional<double> rate) {
  if (!rate) return "-";
  return *rate < 100 ? format("{:.1f}", *rate) : format("{:.0f}", *rate);
}

std::string byte_rate_text(std::optional<double> rate) {
  return rate ? bytes_text(rate) + "/s" : "-";
}

std::vector<std::string> head_lines(const std::string& address, const TopMoment& now,
                                    const Rates& rates) {
  const Node& stats = now.stats;
  const auto count = [&](std::string_view list) {
    const auto entries = djinn::count_at(stats, list);
    return entries ? format("{}", *entries) : "-";
  };
  const auto hits = number_at(stats, "plan_cache.hit_rate_percent");
  std::vector<std::string> lines;
  lines.push_back(format("djinnd  {}  on {}", address, text_at(stats, "device")));
  lines.push_back(format(
      "sessions {}: {} compute, {} wait; {} wait for room   requests under way {}   clients {}",
      count("sessions"), sessions_in(stats, "COMPUTE"), sessions_in(stats, "IO_WAIT"),
      count_text(number_at(stats, "waiting_sessions")),
      count_text(djinn::sum_at(stats, "connections", "under_way")), count("connections")));
  lines.push_back("weights  " + gauge(stats, "text") + format("   models {}", count("models")));
  lines.push_back("states   " + gauge(stats, "data"));
  lines.push_back("on host  " + gauge(stats, "host_pool"));
  lines.push_back(format("tokens/s {}   requests/s {}   out {}   in {}   plans hit {}",
                         rate_text(rates.of_sessions("tokens")),
                         rate_text(rates.of_sessions("requests")),
                         byte_rate_text(rates.of("swap_pool.swapped_out_bytes")),
                         byte_rate_text(rates.of("swap_pool.swapped_in_bytes")),
                         hits ? format("{:.1f} %", *hits) : "-"));
  return lines;
}

struct Column {
  std::string_view title;
  bool is_number = false;
};
constexpr std::array<Column, 10> kColumns{{{"SESSION"},
                                           {"MODEL"},
                                           {"CLASS"},
                                           {"PHASE"},
                                           {"STATE"},
                                           {"TOKENS", true},
                                           {"TOKENS/S", true},
                                           {"REQUESTS", true},
                                           {"DEVICE", true},
                                           {"HOST", true}}};
using Row = std::array<std::string, kColumns.size()>;

Row row_of(const Node& session, const Rates& rates) {
  constexpr int kNameMost = 20;
  return {text_at(session, "session"),
          fit_columns(harmless(text_at(session, "model")), kNameMost),
          text_at(session, "qos"),
          text_at(session, "phase"),
          text_at(session, "residence"),
          count_text(number_at(session, "tokens")),
          rate_text(rates.of_session(session, "tokens")),
          count_text(number_at(session, "requests")),
          bytes_text(number_at(session, "held_bytes")),
          bytes_text(number_at(session, "host_bytes"))};
}

/// Those that grow most come first, then those that hold most.
std::vector<Row> rows_of(const TopMoment& now, const Rates& rates) {
  const Node& sessions = djinn::node_at(now.stats, "sessions");
  if (!sessions.is_list()) return {};
  std::vector<const Node*> order;
  for (const Node& session : sessions.items())
    order.push_back(&session);
  const auto rank = [&](const Node* session) {
    return std::pair(-rates.of_session(*session, "tokens").value_or(0),
                     -number_at(*session, "held_bytes").value_or(0));
  };
  std::ranges::stable_sort(order, {}, rank);
  std::vector<Row> rows;
  for (const Node* session : order)
    rows.push_back(row_of(*session, rates));
  return rows;
}

std::vector<std::string> aligned(const std::vector<Row>& rows) {
  std::array<std::size_t, kColumns.size()> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  }
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string pad(widths[i] - row[i].size(), ' ');
      if (i > 0) line += "  ";
      line += kColumns[i].is_number ? pad + row[i] : row[i] + pad;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> session_lines(const TopMoment& now, const Rates& rates, std::size_t most) {
  std::vector<Row> rows = rows_of(now, rates);
  if (rows.empty() || most < 3) return {};
  std::size_t hidden = 0;
  if (rows.size() + 1 > most) {
    hidden = rows.size() - (most - 2);
    rows.resize(most - 2);
  }
  Row titles;
  for (std::size_t i = 0; i < titles.size(); ++i)
    titles[i] = kColumns[i].title;
  rows.insert(rows.begin(), std::move(titles));
  std::vector<std::string> lines = aligned(rows);
  if (hidden > 0) lines.push_back(format("... and {} more", hidden));
  return lines;
}

/// The terminal as it was, whatever happens.
class Screen {
 public:
  Screen() { say("\x1b[?1049h\x1b[?25l"); }  // Another page, without a cursor.
  ~Screen() {
    say("\x1b[?25h\x1b[?1049l");
    std::fflush(stdout);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  static TopScreen size() {
    winsize found{};
    const bool is_known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &found) == 0 && found.ws_col > 0;
    if (!is_known) return {};
    return {.columns = found.ws_col, .rows = found.ws_row};
  }
  void show(const std::vector<std::string>& lines) {
    say("\x1b[H");
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i > 0) say("\n");
      print(lines[i]);
      say("\x1b[K");
    }
    say("\x1b[J");
  }

 private:
  /// What the terminal obeys; print() would make it harmless.
  static void say(std::string_view codes) { std::fwrite(codes.data(), 1, codes.size(), stdout); }
};

/// Those that end it; and a window of another size, which is filled at once.
sigset_t top_signals() {
  sigset_t set{};
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGWINCH})
    sigaddset(&set, signal);
  return set;
}

/// Whether it is time to end.
bool waits_for_end(Nanoseconds most) {
  const sigset_t set = top_signals();
  timespec time{};
  time.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(most).count();
  time.tv_nsec = (most % 1s).count();
  const int signal = sigtimedwait(&set, nullptr, &time);
  return signal == SIGINT || signal == SIGTERM;
}

Result<TopMoment> look(djinn::Client& client) {
  ASSAY_TRY(const std::string json, client.stats());
  ASSAY_TRY(Node stats, codec::parse_json(json));
  return TopMoment{.stats = std::move(stats), .at = SteadyClock::read()};
}

}  // namespace

std::vector<std::string> top_table(const std::string& address, const TopMoment& now,
                                   const TopMoment* before, const TopScreen& screen) {
  const Rates rates(now, before);
  std::vector<std::string> lines = head_lines(address, now, rates);
  const auto rows = static_cast<std::size_t>(std::max(screen.rows, 1));
  const std::size_t left = rows > lines.size() + 1 ? rows - lines.size() - 1 : 0;
  const std::vector<std::string> sessions = session_lines(now, rates, left);
  if (!sessions.empty()) lines.emplace_back();
  lines.insert(lines.end(), sessions.begin(), sessions.end());
  if (lines.size() > rows) lines.resize(rows);
  for (std::string& line : lines)
    line = fit_columns(harmless(line), screen.columns);
  return lines;
}

std::string top_line(const TopMoment& now, const TopMoment* before) {
  const Rates rates(now, before);
  const Node& stats = now.stats;
  const auto sessions = djinn::count_at(stats, "sessions");
  return format(
      "sessions={} compute={} io_wait={} waiting={} under_way={} weight_bytes={} state_bytes={} "
      "host_bytes={} tokens_per_s={} requests_per_s={} out_bytes_per_s={} in_bytes_per_s={}",
      sessions ? format("{}", *sessions) : "-", sessions_in(stats, "COMPUTE"),
      sessions_in(stats, "IO_WAIT"), count_text(number_at(stats, "waiting_sessions")),
      count_text(djinn::sum_at(stats, "connections", "under_way")),
      count_text(number_at(stats, "vmu.text.used_bytes")),
      count_text(number_at(stats, "vmu.data.used_bytes")),
      count_text(number_at(stats, "vmu.host_pool.used_bytes")),
      rate_text(rates.of_sessions("tokens")), rate_text(rates.of_sessions("requests")),
      count_text(rates.of("swap_pool.swapped_out_bytes")),
      count_text(rates.of("swap_pool.swapped_in_bytes")));
}

void block_top_signals() {
  const sigset_t set = top_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Result<void> show_top(djinn::Client& client, const TopOptions& options) {
  ASSAY_TRY(TopMoment now, look(client));
  if (options.is_once) {
    for (const std::string& line :
         top_table(options.address, now, nullptr, {.columns = 1 << 20, .rows = 1 << 20})) {
      print_line(line);
    }
    return {};
  }
  std::optional<Screen> screen;
  if (isatty(STDOUT_FILENO) == 1) screen.emplace();
  std::optional<TopMoment> before;
  while (true) {
    const TopMoment* const since = before ? &*before : nullptr;
    if (screen) {
      screen->show(top_table(options.address, now, since, Screen::size()));
    } else {
      print_line(top_line(now, since));
    }
    if (!flush_output()) return Error::environment("cannot write to standard output");
    if (waits_for_end(options.interval)) return {};
    before = std::move(now);
    ASSAY_TRY(now, look(client));
  }
}

}  // namespace assay::cli
