// SPDX-License-Identifier: MIT
#include "cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "cli/print.h"
#include "core/statistics/order_statistics.h"

namespace assay::cli {
namespace {

int terminal_columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

/// "flash 12.1 ms ± 2 %": the median of one process and its interval inside it.
std::string arm_text(const store::ArmRecord& arm) {
  if (arm.status != store::Status::kOk) {
    return format("{} {}", arm.name, to_text(arm.status));
  }
  std::vector<double> times;
  for (const Nanoseconds sample : arm.series.samples) {
    times.push_back(static_cast<double>(sample.count()) / static_cast<double>(arm.series.batch));
  }
  if (times.empty()) return arm.name;
  const double median = statistics::median(times);
  std::string text = format("{} {}", arm.name, to_text(Seconds(median * 1e-9)));
  if (const auto interval = statistics::median_interval(times, 0.95); interval && median > 0) {
    text += format(" ± {:.1f} %", (interval->high - interval->low) / 2 / median * 100);
  }
  return text;
}

std::string last_text(const store::Record& record) {
  std::string text = record.trial_id;
  for (const store::ArmRecord& arm : record.arms) {
    text += "  " + arm_text(arm);
  }
  return text;
}

}  // namespace

std::string progress_line(const std::string& name, const runner::Progress& progress, int columns) {
  const double seconds = std::max(Seconds(progress.elapsed).count(), 1e-9);
  const std::string left = progress.left ? ", " + to_text(*progress.left) + " left" : std::string();
  return fit_columns(harmless(format("{}  {}/{}  {:.1f}/s{}  {}", name, progress.done,
                                     progress.total, static_cast<double>(progress.done) / seconds,
                                     left, last_text(progress.last))),
                     columns);
}

ProgressPrinter::ProgressPrinter() : is_terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressPrinter::on_begin(const runner::Beginning& beginning) {
  name_ = beginning.spec.name;
  last_tenth_ = -1;
  note(format("{} at scale {}: {} trials in {} processes -> {}", name_, beginning.spec.scale,
              beginning.trials, beginning.spec.run.processes, beginning.folder.string()));
  if (beginning.records_resumed > 0) {
    note(format("{} of {} are there already", beginning.records_resumed, beginning.records_needed));
  }
}

void ProgressPrinter::on_record(const runner::Progress& progress) {
  if (is_terminal_) {
    const std::string line = progress_line(name_, progress, terminal_columns() - 1);
    std::fprintf(stderr, "\r\033[2K%s", line.c_str());
    has_live_line_ = true;
    if (progress.done == progress.total) clear_line();
    return;
  }
  const int tenth =
      static_cast<int>(10 * progress.done / std::max<std::int64_t>(progress.total, 1));
  if (tenth == last_tenth_) return;
  last_tenth_ = tenth;
  note(progress_line(name_, progress, 160));
}

void ProgressPrinter::on_note(const std::string& sentence) {
  clear_line();
  note(sentence);
}

void ProgressPrinter::clear_line() {
  if (!has_live_line_) return;
  std::fputs("\r\033[2K", stderr);
  has_live_line_ = false;
}

}  // namespace assay::cli
