// SPDX-License-Identifier: MIT
#include "lab/store/index.h"

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "core/codec/file.h"
#include "core/codec/json.h"
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
constexpr std::int64_t kVersion = 2;  // PRAGMA user_version; another one is made anew.

constexpr std::string_view kTable =
    "CREATE TABLE runs (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, run_id TEXT, run_group TEXT,"
    " name TEXT, scale TEXT, spec_hash TEXT, finished TEXT, records INTEGER, ok_records INTEGER,"
    " damaged_lines INTEGER, machine TEXT, floors TEXT)";

/// What was remembered of a folder, and how the folder looked then.
struct Remembered {
  std::string stamp;
  RunEntry entry;
};
using Memory = std::map<std::string, Remembered>;

/// Size and time of the files that an entry is made from: as long as they stay, so does the entry.
std::string stamp_of(const fs::path& run) {
  std::string stamp;
  for (const std::string_view name : {kLogFile, kConfigFile, kFinishedFile, kSummaryFile}) {
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
  entry.machine = text_at(*config, kMachineKey);
  const Node* spec = config->find("spec");
  const Node& source = spec == nullptr ? *config : *spec;
  entry.name = text_at(source, "name");
  entry.scale = text_at(source, "scale");
}

/// Those that the run measured itself; what it took over names another run.
std::vector<KnownFloor> own_floors(const RunFolder& run) {
  const Result<Node> summary = run.read_document(kSummaryFile);
  std::vector<KnownFloor> floors;
  if (!run.is_finished() || !summary) return floors;
  floors = known_floors_in(*summary, "floors");
  std::erase_if(floors, [](const KnownFloor& floor) { return !floor.run_id.empty(); });
  return floors;
}

Result<RunEntry> read_entry(const fs::path& path) {
  ASSAY_TRY(const RunFolder run, RunFolder::open(path, RunFolder::Access::kRead));
  RunEntry entry;
  entry.run_id = run.id();
  entry.group = run.group();
  entry.path = path;
  entry.finished = run.finished_at();
  read_config(run, entry);
  entry.floors = own_floors(run);
  ASSAY_TRY(const StoredRecords stored, run.records());
  entry.records = std::ssize(stored.records);
  entry.damaged_lines = std::ssize(stored.damage);
  entry.ok_records = std::ranges::count(stored.records, Status::kOk, &Record::status);
  return entry;
}

/// What stands in a folder. One that is not there is empty; one that may not be read is an error,
/// not an answer.
Result<std::vector<fs::path>> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    entries.push_back(entry->path());
  }
  if (!error || error == std::errc::no_such_file_or_directory) return entries;
  return Error::environment("cannot read the folder {}: {}", folder.string(),
                            codec::describe_errno(error.value()));
}

Result<std::vector<fs::path>> find_run_folders(const fs::path& results_root) {
  std::vector<fs::path> runs;
  ASSAY_TRY(const std::vector<fs::path> groups, entries_of(results_root));
  for (const fs::path& group : groups) {
    std::error_code error;
    if (!fs::is_directory(group, error)) continue;
    ASSAY_TRY(const std::vector<fs::path> folders, entries_of(group));
    for (const fs::path& run : folders) {
      if (RunFolder::open(run, RunFolder::Access::kRead)) runs.push_back(run);
    }
  }
  return runs;
}

/// What the folders say now, read only where they changed since.
Result<Memory> look(const fs::path& results_root, const Memory& before) {
  Memory now;
  ASSAY_TRY(const std::vector<fs::path> folders, find_run_folders(results_root));
  for (const fs::path& path : folders) {
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

std::vector<KnownFloor> floors_from(const std::string& json) {
  Node document = Node::map();
  Result<Node> list = codec::parse_json(json);
  if (list) document.set("floors", *std::move(list));
  return known_floors_in(document, "floors");
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
          .damaged_lines = number(10),
          .machine = text(11),
          .floors = floors_from(text(12))};
}

Result<Memory> recall(const fs::path& results_root) {
  ASSAY_TRY(Database database,
            Database::open(results_root / kIndexFile, Database::Mode::kReadOnly));
  ASSAY_TRY(const std::int64_t version, version_of(database));
  if (version != kVersion) return Memory{};
  ASSAY_TRY(Statement rows,
            database.prepare("SELECT path, stamp, run_id, run_group, name, scale, spec_hash,"
                             " finished, records, ok_records, damaged_lines, machine, floors"
                             " FROM runs"));
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
            database.prepare("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  for (const auto& [path, remembered] : memory) {
    const RunEntry& entry = remembered.entry;
    ASSAY_TRY_VOID(
        insert.run({path, remembered.stamp, entry.run_id, entry.group, entry.name, entry.scale,
                    entry.spec_hash, entry.finished, entry.records, entry.ok_records,
                    entry.damaged_lines, entry.machine, codec::to_json(to_node(entry.floors))}));
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
  ASSAY_TRY(const std::vector<fs::path> groups, entries_of(results_root));
  if (groups.empty()) return std::vector<RunEntry>{};
  Result<Memory> recalled = recall(results_root);
  const Memory before = recalled ? std::move(*recalled) : Memory{};
  ASSAY_TRY(const Memory now, look(results_root, before));
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
  ASSAY_TRY(const Memory now, look(results_root, {}));
  return remember(results_root, now);
}

}  // namespace assay::store
