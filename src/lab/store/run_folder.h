// SPDX-License-Identifier: MIT
// One run on disk, results/<group>/<run_id>/. Everything of a run is read and written through this.
//
//   config.json    what was asked, resolved; `spec_hash` decides which run is resumed
//   env.json       the machine, before and after
//   raw.jsonl      a record a line, appended as it is made (log.h): the truth; the rest can be
//   remade raw.json       all records in one document, written at the end summary.json   findings
//   finished       the UTC time at which the run ended; absent: it can be resumed
//   lock           who writes here
//   plots/ tables/ logs/ trace/ report.html
//
//   ASSAY_TRY(RunFolder run, RunFolder::create("results", "night_sweep", "g3"));
//   ASSAY_TRY_VOID(run.write_document(kConfigFile, config));
//   ASSAY_TRY_VOID(run.append(record));
//   ASSAY_TRY_VOID(run.finish());
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/node.h"
#include "core/result.h"
#include "lab/store/folder_lock.h"
#include "lab/store/log.h"
#include "lab/store/record.h"

namespace assay::store {

inline constexpr std::string_view kConfigFile = "config.json";
inline constexpr std::string_view kEnvironmentFile = "env.json";
inline constexpr std::string_view kLogFile = "raw.jsonl";
inline constexpr std::string_view kRawFile = "raw.json";
inline constexpr std::string_view kSummaryFile = "summary.json";
inline constexpr std::string_view kFinishedFile = "finished";
inline constexpr std::string_view kLockFile = "lock";
inline constexpr std::string_view kSpecHashKey = "spec_hash";  ///< Of config.json: a text.
inline constexpr std::string_view kOnlyKey = "only";           ///< Too: the one trial of a part.
inline constexpr std::string_view kBuildKey = "build";         ///< Too: of the program.

/// All that could be read of a log, and what could not.
struct StoredRecords {
  std::vector<Record> records;      ///< In the order they were made.
  std::vector<std::string> damage;  ///< One sentence each, with the line; empty for a sound log.
};

class RunFolder {
 public:
  enum class Access : std::uint8_t { kRead, kWrite };

  /// A new folder `YYYYmmdd_HHMMSS_<name>` (then `..._2`, `..._3`), locked for writing.
  static Result<RunFolder> create(const std::filesystem::path& results_root, std::string_view group,
                                  std::string_view name);
  /// An existing one. Writing takes the lock: where another process has it, the error names that
  /// process and is the environment's.
  static Result<RunFolder> open(const std::filesystem::path& path, Access access);

  const std::filesystem::path& path() const { return path_; }
  std::string id() const { return path_.filename().string(); }
  std::string group() const { return path_.parent_path().filename().string(); }
  bool is_finished() const;
  /// When it ended, UTC; empty where it did not.
  std::string finished_at() const;

  /// `file_name` is relative to the folder ("config.json", "tables/g3.md"); folders between are
  /// made. All or nothing. A report can be written without the lock.
  Result<void> write_document(std::string_view file_name, const codec::Node& document) const;
  Result<void> write_text(std::string_view file_name, std::string_view text) const;
  Result<codec::Node> read_document(std::string_view file_name) const;

  /// All or nothing: after an error the log is what it was. Checked: open for writing.
  Result<void> append(const Record& record);
  /// Makes everything appended so far safe from a power cut.
  Result<void> sync();
  /// What a crash had left at the end of the log and was cut when it was opened for writing.
  Bytes torn_tail() const { return log_ == nullptr ? Bytes() : log_->torn_tail(); }

  /// A run without a log has no records. Needs no lock: a run in progress can be read.
  Result<StoredRecords> records() const;

  /// Writes raw.json and marks the run as finished. Checked: open for writing, as is `reopen`.
  Result<void> finish();
  /// Takes the mark away: the run is to be topped up.
  Result<void> reopen();

 private:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}
  Result<void> start_writing();

  std::filesystem::path path_;
  std::unique_ptr<FolderLock> lock_;  // Null: open for reading.
  std::unique_ptr<LogWriter> log_;    // Null with it. Closed before the lock is let go.
};

/// The newest run (by id) below `results_root` whose config says `spec_hash` and that is not
/// finished, or was made by this very build; folders that cannot be read are passed over.
std::optional<std::filesystem::path> find_latest_run(const std::filesystem::path& results_root,
                                                     std::string_view spec_hash,
                                                     std::string_view build);

/// Content hash of a document: what `spec_hash` holds.
std::string hash_of(const codec::Node& document);

}  // namespace assay::store
