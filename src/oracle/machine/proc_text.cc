// SPDX-License-Identifier: MIT
#include "oracle/machine/proc_text.h"

#include <array>
#include <charconv>
#include <optional>

#include "core/format.h"

namespace assay::machine {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Takes the text before `separator` off the front; all of it where there is none.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view head = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return head;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!(text = trimmed(text)).empty()) {
    const std::size_t end = text.find_first_of(kBlanks);
    words.push_back(text.substr(0, end));
    text.remove_prefix(words.back().size());
  }
  return words;
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return {};
  return number;
}

/// The rest of the first line that starts with `prefix`.
std::optional<std::string_view> line_after(std::string_view text, std::string_view prefix) {
  while (!text.empty()) {
    const std::string_view line = take_until(text, '\n');
    if (line.starts_with(prefix)) return line.substr(prefix.size());
  }
  return {};
}

Error bad_cpu_list(std::string_view text) {
  return Error::user("not a list of CPUs: `{}`; expected numbers and ranges like 0-3,8",
                     trimmed(text));
}

constexpr int kCpusMax = 1 << 16;  // A range beyond it is a mistake, not a machine.

}  // namespace

std::map<std::string, std::string, std::less<>> parse_cpuinfo(std::string_view text) {
  std::map<std::string, std::string, std::less<>> fields;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    if (trimmed(line).empty() && !fields.empty()) break;  // The next processor.
    const std::string_view key = trimmed(take_until(line, ':'));
    if (!key.empty()) fields.emplace(key, trimmed(line));
  }
  return fields;
}

Reading<Bytes> parse_meminfo(std::string_view text, std::string_view key) {
  const auto rest = line_after(text, format("{}:", key));
  if (!rest) return absent(format("/proc/meminfo has no {}", key));
  const auto words = words_of(*rest);
  const auto kibibytes = words.empty() ? std::nullopt : number_of<std::int64_t>(words[0]);
  if (!kibibytes || words.size() != 2 || words[1] != "kB" || *kibibytes < 0 ||
      *kibibytes > INT64_MAX / 1'024) {
    return absent(format("/proc/meminfo says {} in a form that is not known", key));
  }
  return Bytes(*kibibytes) * 1'024;
}

Reading<std::int64_t> parse_counter(std::string_view text, std::string_view key) {
  const auto rest = line_after(text, format("{} ", key));
  if (!rest) return absent(format("there is no line {}", key));
  const auto count = number_of<std::int64_t>(trimmed(*rest));
  if (!count) return absent(format("the line {} holds no number", key));
  return *count;
}

Reading<std::string> parse_bracketed(std::string_view text) {
  const std::size_t open = text.find('[');
  const std::size_t close = text.find(']', open);
  if (open == std::string_view::npos || close == std::string_view::npos) {
    return absent("none of the choices is marked");
  }
  return std::string(text.substr(open + 1, close - open - 1));
}

Result<std::vector<int>> parse_cpu_list(std::string_view text) {
  std::vector<int> cpus;
  std::string_view rest = trimmed(text);
  while (!rest.empty()) {
    std::string_view range = take_until(rest, ',');
    const std::string_view low_text = take_until(range, '-');
    const auto low = number_of<int>(low_text);
    const auto high = range.empty() ? low : number_of<int>(range);
    if (!low || !high || *low < 0 || *low > *high || *high >= kCpusMax) return bad_cpu_list(text);
    if (!cpus.empty() && *low <= cpus.back()) return bad_cpu_list(text);
    for (int cpu = *low; cpu <= *high; ++cpu)
      cpus.push_back(cpu);
  }
  if (cpus.empty()) return bad_cpu_list(text);
  return cpus;
}

std::string to_cpu_list(const std::vector<int>& cpus) {
  std::string text;
  for (std::size_t i = 0; i < cpus.size();) {
    std::size_t last = i;
    while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1)
      ++last;
    if (!text.empty()) text += ',';
    text += last == i ? format("{}", cpus[i]) : format("{}-{}", cpus[i], cpus[last]);
    i = last + 1;
  }
  return text;
}

Reading<Nanoseconds> parse_pressure_total(std::string_view text) {
  const auto some = line_after(text, "some ");
  const std::size_t at = some ? some->find("total=") : std::string_view::npos;
  if (at == std::string_view::npos) return absent("no total in the text of the kernel");
  const auto microseconds = number_of<std::int64_t>(trimmed(some->substr(at + 6)));
  if (!microseconds || *microseconds < 0) return absent("the total is not a number");
  return Nanoseconds(std::chrono::microseconds(*microseconds));
}

Reading<SchedulerTotals> parse_stat(std::string_view text) {
  constexpr std::size_t kStealColumn = 7;  // user nice system idle iowait irq softirq steal
  const auto cpu = line_after(text, "cpu ");
  const auto switches = line_after(text, "ctxt ");
  if (!cpu || !switches) return absent("/proc/stat has no cpu or ctxt line");
  const auto columns = words_of(*cpu);
  if (columns.size() <= kStealColumn) return absent("/proc/stat does not count stolen time");
  const auto steal = number_of<std::int64_t>(columns[kStealColumn]);
  const auto count = number_of<std::int64_t>(trimmed(*switches));
  if (!steal || !count) return absent("/proc/stat is written in a form that is not known");
  return SchedulerTotals{.steal_ticks = *steal, .context_switches = *count};
}

Reading<Load> parse_loadavg(std::string_view text) {
  const auto words = words_of(text);
  if (words.size() < 4) return absent("/proc/loadavg is written in a form that is not known");
  std::string_view tasks = words[3];
  const auto one_minute = number_of<double>(words[0]);
  const auto running = number_of<std::int64_t>(take_until(tasks, '/'));
  if (!one_minute || !running) return absent("/proc/loadavg holds no numbers");
  return Load{.one_minute = *one_minute, .running = *running};
}

Reading<std::string> parse_os_name(std::string_view text) {
  const auto name = line_after(text, "PRETTY_NAME=");
  if (!name) return absent("/etc/os-release has no PRETTY_NAME");
  std::string_view bare = trimmed(*name);
  if (bare.size() >= 2 && bare.front() == '"' && bare.back() == '"') {
    bare = bare.substr(1, bare.size() - 2);
  }
  return std::string(bare);
}

Reading<double> parse_cpu_quota(std::string_view text) {
  const auto words = words_of(text);
  if (words.size() == 2 && words[0] == "max") return absent("no limit");
  const auto quota = words.size() == 2 ? number_of<double>(words[0]) : std::nullopt;
  const auto period = words.size() == 2 ? number_of<double>(words[1]) : std::nullopt;
  if (!quota || !period || *period <= 0) return absent("cpu.max is not `quota period`");
  return *quota / *period;
}

}  // namespace assay::machine
