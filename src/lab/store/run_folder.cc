// SPDX-License-Identifier: MIT
#include "lab/store/run_folder.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/clock.h"
#include "core/codec/file.h"
#include "core/codec/json.h"
#include "core/hash.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;
using codec::JsonStyle;
using codec::Node;

constexpr Bytes kDocumentSizeMax{std::int64_t{1} << 30};
constexpr std::string_view kRawSchema = "assay.raw/1";

Error cannot(std::string_view what, const fs::path& path, const std::error_code& error) {
  return Error::environment("cannot {} {}: {}", what, path.string(),
                            codec::describe_errno(error.value()));
}

/// Names become folders: nothing that a shell, a URL or `..` would read otherwise.
Result<void> check_name(std::string_view what, std::string_view name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  const bool is_plain = !name.empty() && name.front() != '.' && name.front() != '-' &&
                        name.find_first_not_of(kAllowed) == std::string_view::npos;
  if (is_plain) return {};
  return Error::user(
      "{} must be letters, digits, '_', '-' or '.', and start with one of the first "
      "three: got \"{}\"",
      what, name);
}

/// "2026-11-21T09:30:00Z" -> "20261121_093000"
std::string stamp_of(std::string_view utc) {
  std::string stamp;
  for (const char c : utc) {
    if (c >= '0' && c <= '9') stamp += c;
    if (c == 'T') stamp += '_';
  }
  return stamp;
}

/// The first of `id`, `id_2`, `id_3` ... that nobody else has made.
Result<fs::path> make_folder(const fs::path& parent, const std::string& id) {
  std::error_code error;
  fs::create_directories(parent, error);
  if (error) return cannot("make", parent, error);
  constexpr int kTriesMax = 1'000;  // Runs of one name started within a second.
  for (int i = 1; i <= kTriesMax; ++i) {
    const fs::path path = parent / (i == 1 ? id : format("{}_{}", id, i));
    if (fs::create_directory(path, error)) return path;
    if (error) return cannot("make", path, error);
  }
  return Error::environment("{} runs named {} were started within a second", kTriesMax, id);
}

/// The newest first.
std::vector<fs::path> folders_in(const fs::path& parent) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_directory(error)) folders.push_back(entry->path());
  }
  std::ranges::sort(folders, std::ranges::greater{},
                    [](const fs::path& p) { return p.filename(); });
  return folders;
}

bool can_go_on(const fs::path& path, std::string_view spec_hash, std::string_view build) {
  const Result<RunFolder> run = RunFolder::open(path, RunFolder::Access::kRead);
  if (!run) return false;
  const Result<Node> config = run->read_document(kConfigFile);
  if (!config) return false;
  const auto says = [&](std::string_view key, std::string_view value) {
    const Node* found = config->find(key);
    return found != nullptr && *found == Node(value);
  };
  return says(kSpecHashKey, spec_hash) && (!run->is_finished() || says(kBuildKey, build));
}

}  // namespace

Result<RunFolder> RunFolder::create(const fs::path& results_root, std::string_view group,
                                    std::string_view name) {
  ASSAY_TRY_VOID(check_name("the group of a run", group));
  ASSAY_TRY_VOID(check_name("the name of a run", name));
  const fs::path parent = results_root / group;
  ASSAY_TRY(fs::path path, make_folder(parent, format("{}_{}", stamp_of(utc_now()), name)));
  RunFolder run(std::move(path));
  ASSAY_TRY_VOID(run.start_writing());
  ASSAY_TRY_VOID(codec::sync_folder(parent));
  return run;
}

Result<RunFolder> RunFolder::open(const fs::path& path, Access access) {
  // `results/g/run/` and `results/g/run` are one run: its id is the last name of the path.
  const fs::path plain = path.has_filename() ? path : path.parent_path();
  std::error_code error;
  const bool is_run = fs::is_directory(plain, error) && (fs::exists(plain / kConfigFile, error) ||
                                                         fs::exists(plain / kLogFile, error));
  if (!is_run) {
    return Error::user("not a run folder (it has neither {} nor {}): {}", kConfigFile, kLogFile,
                       plain.string());
  }
  RunFolder run(plain);
  if (access == Access::kWrite) ASSAY_TRY_VOID(run.start_writing());
  return run;
}

Result<void> RunFolder::start_writing() {
  ASSAY_TRY(FolderLock lock, FolderLock::take(path_));
  lock_ = std::make_unique<FolderLock>(std::move(lock));
  ASSAY_TRY(LogWriter log, LogWriter::open(path_ / kLogFile, {}));
  log_ = std::make_unique<LogWriter>(std::move(log));
  return codec::sync_folder(path_);
}

bool RunFolder::is_finished() const {
  return !finished_at().empty();
}

std::string RunFolder::finished_at() const {
  constexpr Bytes kSizeMax(100);
  const Result<std::string> text = codec::read_file(path_ / kFinishedFile, kSizeMax);
  return text ? text->substr(0, text->find('\n')) : "";
}

Result<void> RunFolder::write_document(std::string_view file_name, const Node& document) const {
  return write_text(file_name, codec::to_json(document, JsonStyle::kPretty) + "\n");
}

Result<void> RunFolder::write_text(std::string_view file_name, std::string_view text) const {
  const fs::path path = path_ / file_name;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return cannot("make", path.parent_path(), error);
  return codec::write_file_atomically(path, text);
}

Result<Node> RunFolder::read_document(std::string_view file_name) const {
  const fs::path path = path_ / file_name;
  ASSAY_TRY(const std::string text, codec::read_file(path, kDocumentSizeMax));
  return codec::parse_json(text).context("in {}", path.string());
}

Result<void> RunFolder::append(const Record& record) {
  ASSAY_CHECK(log_ != nullptr, "a run is appended to only when it is open for writing");
  return log_->append(codec::to_json(to_node(record)));
}

Result<void> RunFolder::sync() {
  ASSAY_CHECK(log_ != nullptr, "a run is synced only when it is open for writing");
  return log_->sync();
}

Result<StoredRecords> RunFolder::records() const {
  ASSAY_TRY(const LogContents contents, read_log(path_ / kLogFile));
  StoredRecords stored;
  const std::string where = (path_ / kLogFile).string();
  for (const DamagedLine& damaged : contents.damaged) {
    stored.damage.push_back(format("{}:{}: {}", where, damaged.line, damaged.reason));
  }
  if (contents.torn.count() > 0) {
    stored.damage.push_back(format("{}: the last {} are a record that was never finished", where,
                                   to_text(contents.torn)));
  }
  for (const std::string& payload : contents.payloads) {
    const Result<Node> node = codec::parse_json(payload);
    Result<Record> record = node ? record_from(*node) : node.error();
    if (record) {
      stored.records.push_back(std::move(*record));
    } else {
      stored.damage.push_back(format("{}: {}", where, record.error().message()));
    }
  }
  return stored;
}

Result<void> RunFolder::finish() {
  ASSAY_TRY_VOID(sync());
  ASSAY_TRY(const LogContents contents, read_log(path_ / kLogFile));
  // Built from the lines themselves: what is in raw.json is what was recorded, to the byte.
  std::string raw = format("{{\"schema\":\"{}\",\"records\":[", kRawSchema);
  std::string_view separator = "\n";
  for (const std::string& payload : contents.payloads) {
    raw.append(separator).append(payload);
    separator = ",\n";
  }
  raw += "\n]}\n";
  ASSAY_TRY_VOID(write_text(kRawFile, raw));
  return write_text(kFinishedFile, utc_now() + "\n");
}

Result<void> RunFolder::reopen() {
  ASSAY_CHECK(log_ != nullptr, "a run is reopened only when it is open for writing");
  std::error_code error;
  fs::remove(path_ / kFinishedFile, error);
  if (error) return cannot("remove", path_ / kFinishedFile, error);
  return {};
}

std::optional<fs::path> find_latest_run(const fs::path& results_root, std::string_view spec_hash,
                                        std::string_view build) {
  std::optional<fs::path> latest;
  for (const fs::path& group : folders_in(results_root)) {
    for (const fs::path& run : folders_in(group)) {
      if (latest && run.filename() <= latest->filename()) break;
      if (can_go_on(run, spec_hash, build)) latest = run;
    }
  }
  return latest;
}

std::string hash_of(const Node& document) {
  return to_hex(hash_bytes(codec::to_json(document)));
}

}  // namespace assay::store
