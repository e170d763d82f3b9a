// SPDX-License-Identifier: MIT
#include "cli/winner_file.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "core/codec/fields.h"
#include "core/codec/file.h"
#include "core/codec/json.h"
#include "lab/store/folder_lock.h"
#include "oracle/machine/build_identity.h"
#include "oracle/machine/proc_text.h"
#include "oracle/machine/system_file.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "winners.jsonl";
constexpr Bytes kSizeMax(std::int64_t{8} << 20);
constexpr std::size_t kLinesMax = 4'096;  ///< The oldest are left out then.

/// Empty where it is not set, or is no absolute path: caches lie nowhere near the current folder.
fs::path folder_from(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr || !fs::path(value).is_absolute()) return {};
  return value;
}

std::string to_line(const std::string& tuned_for, const std::string& what,
                    const std::string& winner) {
  codec::Node node = codec::Node::map();
  node.set("for", tuned_for);
  node.set("what", what);
  node.set("winner", winner);
  return codec::to_json(node) + "\n";
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

}  // namespace

Result<fs::path> cache_folder() {
  const fs::path chosen = folder_from("ASSAY_CACHE");
  if (!chosen.empty()) return chosen;
  if (std::getenv("ASSAY_CACHE") != nullptr) {
    return Error::user("ASSAY_CACHE: an absolute path was expected, got `{}`",
                       std::getenv("ASSAY_CACHE"));
  }
  const fs::path caches = folder_from("XDG_CACHE_HOME");
  if (!caches.empty()) return caches / "assay";
  const fs::path home = folder_from("HOME");
  if (!home.empty()) return home / ".cache" / "assay";
  return Error::environment("no cache folder: none of ASSAY_CACHE, XDG_CACHE_HOME and HOME is set");
}

std::string tuned_for() {
  const auto text = machine::read_system_file("/proc/cpuinfo");
  const auto cpu = machine::parse_cpuinfo(text.is_present() ? text.value() : "");
  std::string about;
  for (const char* key : {"model name", "cpu family", "model", "stepping", "cache size"}) {
    const auto found = cpu.find(key);
    about += format("{}; ", found == cpu.end() ? "unknown" : found->second);
  }
  return format("{}program {}", about, machine::build_identity().id);
}

WinnerFile::WinnerFile(Result<fs::path> folder, std::string tuned_for)
    : folder_(std::move(folder)), tuned_for_(std::move(tuned_for)) {
  if (!folder_) unkept_ = folder_.error().message();
}

fs::path WinnerFile::path() const {
  return *folder_ / kFileName;
}

Result<WinnerFile::Line> WinnerFile::line_of(std::string_view text) {
  ASSAY_TRY(const codec::Node node, codec::parse_json(text));
  ASSAY_TRY(const codec::Fields fields, codec::Fields::of(node, "winner"));
  Line line;
  ASSAY_TRY(line.tuned_for, fields.text("for"));
  ASSAY_TRY(line.what, fields.text("what"));
  ASSAY_TRY(line.winner, fields.text("winner"));
  return line;
}

/// What can be read of the file; none of it is an error.
std::vector<WinnerFile::Line> WinnerFile::read() {
  unread_.clear();
  std::error_code error;
  if (!fs::exists(path(), error)) return {};
  const auto text = codec::read_file(path(), kSizeMax);
  if (!text) {
    unread_ = format("winners of earlier timing were not read: {}", text.error().message());
    return {};
  }
  std::vector<Line> lines;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(*text)) {
    ++number;
    auto read = line_of(line);
    if (read) {
      lines.push_back(std::move(*read));
    } else if (unread_.empty()) {
      unread_ = format("lines of {} that are no winners were left out, the first: {}: {}",
                       path().string(), number, read.error().message());
    }
  }
  return lines;
}

Result<void> WinnerFile::write(const Line& newest) {
  ASSAY_TRY(const fs::path folder, Result<fs::path>(folder_));
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return Error::environment("cannot make the folder {}: {}", folder.string(),
                              codec::describe_errno(error.value()));
  }
  ASSAY_TRY(const store::FolderLock lock, store::FolderLock::wait(folder));
  std::vector<Line> lines = read();
  std::erase_if(lines, [&](const Line& line) {
    return line.tuned_for == newest.tuned_for && line.what == newest.what;
  });
  lines.push_back(newest);
  std::string text;
  for (std::size_t i = lines.size() - std::min(lines.size(), kLinesMax); i < lines.size(); ++i)
    text += to_line(lines[i].tuned_for, lines[i].what, lines[i].winner);
  return codec::write_file_atomically(path(), text);
}

std::optional<std::string> WinnerFile::find(const std::string& what) {
  const std::scoped_lock lock(mutex_);
  if (!is_read_ && folder_) {
    for (const Line& line : read()) {
      if (line.tuned_for == tuned_for_) winners_.insert_or_assign(line.what, line.winner);
    }
  }
  is_read_ = true;
  const auto found = winners_.find(what);
  if (found == winners_.end()) return std::nullopt;
  return found->second;
}

void WinnerFile::keep(const std::string& what, const std::string& winner) {
  const std::scoped_lock lock(mutex_);
  winners_.insert_or_assign(what, winner);
  const std::string unread = unread_;
  const Result<void> written = write({tuned_for_, what, winner});
  unkept_ = written ? "" : written.error().message();
  if (!unread.empty()) unread_ = unread;  // The file is whole again; the reason remains.
}

std::string WinnerFile::trouble() const {
  const std::scoped_lock lock(mutex_);
  if (unkept_.empty()) return unread_;
  return format("what was timed will be forgotten: {}", unkept_);
}

}  // namespace assay::cli
