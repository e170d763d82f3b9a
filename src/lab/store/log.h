// SPDX-License-Identifier: MIT
// The append-only log of a run. A line is one JSON object with a prefix of fixed width, so that any
// tool can read the file as JSON lines and we can tell whether a line is what was written:
//
//   {"crc":"89abcdef","size":     123,"record":{...}}
//
// `size` is that of the record in bytes; `crc` is CRC-32C over all of the line that follows its own
// closing quote. A line counts when its line feed is there.
//
//   ASSAY_TRY(LogWriter log, LogWriter::open(path, {}));  // Cuts what a crash left half-written.
//   ASSAY_TRY_VOID(log.append(to_json(node)));
//   ASSAY_TRY(LogContents contents, read_log(path));
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "core/units.h"

namespace assay::store {

struct DamagedLine {
  std::int64_t line = 0;  ///< From 1.
  std::string reason;
};

struct LogContents {
  std::vector<std::string> payloads;  ///< Of the sound lines, in file order.
  std::vector<DamagedLine> damaged;   ///< Lines that are not what was written; skipped.
  Bytes torn;                         ///< After the last line feed: a line that was never finished.
};

/// Whatever the bytes.
LogContents scan_log(std::string_view text);
/// A log that is not there is empty.
Result<LogContents> read_log(const std::filesystem::path& path);

/// The line for a payload, line feed included. Checked: the payload is one line, of at most
/// kPayloadSizeMax.
std::string log_line(std::string_view payload);
inline constexpr Bytes kPayloadSizeMax{99'999'999};  // What eight digits can say.

struct LogOptions {
  /// fdatasync at most this often; a power cut loses no more than this. What a process wrote
  /// survives its own death without any sync.
  Nanoseconds sync_interval{200ms};
  const Clock* clock = nullptr;  ///< Null: the machine's.
};

/// One writer per file: who opens it makes sure of that (RunFolder does, by its lock).
class LogWriter {
 public:
  static Result<LogWriter> open(const std::filesystem::path& path, const LogOptions& options);
  ~LogWriter();  ///< Syncs; who must know whether that worked calls `sync` before.
  LogWriter(LogWriter&& other) noexcept;
  LogWriter& operator=(LogWriter&&) = delete;

  /// All or nothing: where the disk is full the file is cut back to what it was, the error is the
  /// environment's, and a later append may succeed.
  Result<void> append(std::string_view payload);
  Result<void> sync();
  std::int64_t sync_count() const { return sync_count_; }
  /// What was cut from the end when the log was opened.
  Bytes torn_tail() const { return torn_tail_; }

 private:
  LogWriter(std::filesystem::path path, int descriptor, const LogOptions& options);
  Result<void> cut_torn_tail();
  Result<void> write_at_end(std::string_view line);

  std::filesystem::path path_;
  int descriptor_;
  Nanoseconds sync_interval_;
  const Clock* clock_;
  std::int64_t size_ = 0;
  bool is_synced_ = true;
  bool is_broken_ = false;  // The end of the file is not known any more.
  std::int64_t sync_count_ = 0;
  Nanoseconds last_sync_;
  Bytes torn_tail_;
};

}  // namespace assay::store
