// SPDX-License-Identifier: MIT
#include "lab/store/index.h"

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "core/codec/sqlite.h"
#include "lab/store/run_folder.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;
using codec::Database;
using codec::Node;
using codec::Scalar;
using codec::Statement;

constexpr std::string_view kIndexFile = "index.db";
constexpr std::int64_t kVersion = 1;  // PRAGMA user_version; another one is made anew.

constexpr std::string_view kTable =
    "CREATE TABLE runs (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, run_id TEXT, run_group TEXT,"
    " name TEXT, scale TEXT, spec_hash TEXT, finished TEXT, records INTEGER, ok_records INTEGER,"
    " damaged_lines INTEGER)";

/// What was remembered of a folder, and how the folder looked then.
struct Remembered {
  std::string stamp;
  RunEntry entry;
};
using Memory = std::map<std::string, Remembered>;

/// Size and time of the files that an entry is made from: as long as they stay, so does the entry.
std::string stamp_of(const fs::path& run) {
  std::string stamp;
  for (const std::string_view name : {kLogFile, kConfigFile, kFinishedFile}) {
    std::error_code error;
    const auto size = fs::file_size(run / name, error);
    if (error) {
      stamp += "-;";
      continue;
    }
    const auto time = fs::last_write_time(run / name, error);
    stamp += format("{}@{};", size, time.time_since_epoch().count());
  }
  return stamp;
}

std::string text_at(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  return found == nullptr || found->as_string() == nullptr ? "" : *found->as_string();
}

/// Name and scale stand in the resolved spec: at the top of config.json or under `spec`.
void read_config(const RunFolder& run, RunEntry& entry) {
  const Result<Node> config = run.read_document(kConfigFile);
  if (!config) return;
  entry.spec_hash = text_at(*config, kSpecHashKey);
  const Node* spec = config->find("spec");
  const Node& source = spec == nullptr ? *config : *spec;
  entry.name = text_at(source, "name");
  entry.scale = text_at(source, "scale");
}

Result<RunEntry> read_entry(const fs::path& path) {
  ASSAY_TRY(const RunFolder run, RunFolder::open(path, RunFolder::Access::kRead));
  RunEntry entry;
  entry.run_id = run.id();
  entry.group = run.group();
  entry.path = path;
  entry.finished = run.finished_at();
  read_config(run, entry);
  ASSAY_TRY(const StoredRecords stored, run.records());
  entry.records = std::ssize(stored.records);
  entry.damaged_lines = std::ssize(stored.damage);
  entry.ok_records = std::ranges::count(stored.records, Status::kOk, &Record::status);
  return entry;
}

std::vector<fs::path> find_run_folders(const fs::path& results_root) {
  std::vector<fs::path> runs;
  std::error_code error;
  for (const auto& group : fs::directory_iterator(results_root, error)) {
    if (!group.is_directory(error)) continue;
    for (const auto& run : fs::directory_iterator(group.path(), error)) {
      if (RunFolder::open(run.path(), RunFolder::Access::kRead)) runs.push_back(run.path());
    }
  }
  return runs;
}

/// What the folders say now, read only where they changed since.
Memory look(const fs::path& results_root, const Memory& before) {
  Memory now;
  for (const fs::path& path : find_run_folders(results_root)) {
    const std::string key = path.lexically_relative(results_root).string();
    const std::string stamp = stamp_of(path);
    const auto known = before.find(key);
    if (known != before.end() && known->second.stamp == stamp) {
      now.insert(*known);
    } else if (Result<RunEntry> entry = read_entry(path)) {
      now[key] = {.stamp = stamp, .entry = std::move(*entry)};
    }
  }
  return now;
}

Result<std::int64_t> version_of(Database& database) {
  ASSAY_TRY(Statement statement, database.prepare("PRAGMA user_version"));
  ASSAY_TRY(const bool has_row, statement.step());
  const Scalar version = has_row ? statement.column(0) : Scalar();
  const auto* number = std::get_if<std::int64_t>(&version);
  return number == nullptr ? 0 : *number;
}

RunEntry entry_of(const Statement& row, const fs::path& results_root) {
  const auto text = [&](int column) { return codec::to_text(row.column(column)); };
  const auto number = [&](int column) {
    const Scalar value = row.column(column);
    const auto* integer = std::get_if<std::int64_t>(&value);
    return integer == nullptr ? 0 : *integer;
  };
  return {.run_id = text(2),
          .group = text(3),
          .path = results_root / text(0),
          .name = text(4),
          .scale = text(5),
          .spec_hash = text(6),
          .finished = text(7),
          .records = number(8),
          .ok_records = number(9),
          .damaged_lines = number(10)};
}

Result<Memory> recall(const fs::path& results_root) {
  ASSAY_TRY(Database database,
            Database::open(results_root / kIndexFile, Database::Mode::kReadOnly));
  ASSAY_TRY(const std::int64_t version, version_of(database));
  if (version != kVersion) return Memory{};
  ASSAY_TRY(Statement rows,
            database.prepare("SELECT path, stamp, run_id, run_group, name, scale, spec_hash,"
                             " finished, records, ok_records, damaged_lines FROM runs"));
  Memory memory;
  while (true) {
    ASSAY_TRY(const bool has_row, rows.step());
    if (!has_row) return memory;
    memory[codec::to_text(rows.column(0))] = {.stamp = codec::to_text(rows.column(1)),
                                              .entry = entry_of(rows, results_root)};
  }
}

Result<void> write_rows(Database& database, const Memory& memory) {
  ASSAY_TRY(codec::Transaction transaction, codec::Transaction::begin(database));
  ASSAY_TRY_VOID(database.execute("DROP TABLE IF EXISTS runs"));
  ASSAY_TRY_VOID(database.execute(std::string(kTable)));
  ASSAY_TRY(Statement insert,
            database.prepare("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  for (const auto& [path, remembered] : memory) {
    const RunEntry& entry = remembered.entry;
    ASSAY_TRY_VOID(insert.run({path, remembered.stamp, entry.run_id, entry.group, entry.name,
                               entry.scale, entry.spec_hash, entry.finished, entry.records,
                               entry.ok_records, entry.damaged_lines}));
  }
  ASSAY_TRY_VOID(database.execute(format("PRAGMA user_version = {}", kVersion)));
  return transaction.commit();
}

Result<void> remember(const fs::path& results_root, const Memory& memory) {
  ASSAY_TRY(Database database, Database::open(results_root / kIndexFile));
  return write_rows(database, memory);
}

void forget(const fs::path& results_root) {
  std::error_code error;
  for (const std::string_view suffix : {"", "-journal", "-wal", "-shm"}) {
    fs::remove(results_root / (std::string(kIndexFile) + std::string(suffix)), error);
  }
}

}  // namespace

Result<std::vector<RunEntry>> list_runs(const fs::path& results_root) {
  std::error_code error;
  if (!fs::is_directory(results_root, error)) return std::vector<RunEntry>{};
  Result<Memory> recalled = recall(results_root);
  const Memory before = recalled ? std::move(*recalled) : Memory{};
  const Memory now = look(results_root, before);
  const auto stamp = [](const auto& row) { return std::pair(row.first, row.second.stamp); };
  if (!recalled || !std::ranges::equal(before, now, {}, stamp, stamp)) {
    if (!recalled) forget(results_root);
    // A cache that cannot be written costs time, not answers.
    static_cast<void>(remember(results_root, now).has_value());
  }
  std::vector<RunEntry> entries;
  for (const auto& [path, remembered] : now) {
    entries.push_back(remembered.entry);
  }
  std::ranges::sort(entries, std::ranges::greater{}, &RunEntry::run_id);
  return entries;
}

Result<void> rebuild_index(const fs::path& results_root) {
  forget(results_root);
  return remember(results_root, look(results_root, {}));
}

}  // namespace assay::store
