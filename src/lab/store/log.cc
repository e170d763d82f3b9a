// SPDX-License-Identifier: MIT
#include "lab/store/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

#include "core/codec/file.h"
#include "core/crc32c.h"

namespace assay::store {
namespace {

constexpr std::string_view kBeforeCrc = R"({"crc":")";
constexpr std::size_t kCrcWidth = 8;
constexpr std::string_view kBeforeSize = R"(","size":)";
constexpr std::size_t kSizeWidth = 8;
constexpr std::string_view kBeforePayload = R"(,"record":)";
constexpr std::string_view kEnd = "}\n";

constexpr std::size_t kCrcAt = kBeforeCrc.size();
constexpr std::size_t kCheckedFrom = kCrcAt + kCrcWidth + 1;  // After the closing quote.
constexpr std::size_t kSizeAt = kCrcAt + kCrcWidth + kBeforeSize.size();
constexpr std::size_t kPayloadAt = kSizeAt + kSizeWidth + kBeforePayload.size();

const SteadyClock kSteadyClock;

/// What is wrong with one whole line (line feed taken off); empty: nothing.
std::string fault_of(std::string_view line) {
  if (line.size() < kPayloadAt + 1) return "too short for a record";
  // The expected line for these contents is the only one that is accepted: no second spelling.
  const std::string_view payload = line.substr(kPayloadAt, line.size() - kPayloadAt - 1);
  if (static_cast<std::int64_t>(payload.size()) > kPayloadSizeMax.count()) {
    return "too long for a record";
  }
  const std::string expected = log_line(payload);
  if (std::string_view(expected).substr(0, expected.size() - 1) == line) return "";
  if (line.substr(kSizeAt, kSizeWidth) != expected.substr(kSizeAt, kSizeWidth)) {
    return "its size is not what it says";
  }
  return "its checksum does not fit";
}

/// Keeps the record of a sound line; says whether it was one.
bool keep_if_sound(std::string_view line, LogContents& contents) {
  if (!fault_of(line).empty()) return false;
  contents.payloads.emplace_back(line.substr(kPayloadAt, line.size() - kPayloadAt - 1));
  return true;
}

/// The size of the record as the line says it; 0 where it says none.
std::size_t stated_size(std::string_view line) {
  if (line.size() < kPayloadAt) return 0;
  std::string_view digits = line.substr(kSizeAt, kSizeWidth);
  digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
  std::size_t size = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), size);
  return size;
}

void scan_line(std::string_view line, std::int64_t number, LogContents& contents) {
  if (keep_if_sound(line, contents)) return;
  contents.damaged.push_back({.line = number, .reason = fault_of(line)});
  // Where a line feed itself was damaged, two sound records stand on one line.
  const std::size_t second = kPayloadAt + stated_size(line) + kEnd.size();
  if (second >= line.size()) return;
  keep_if_sound(line.substr(0, second - 1), contents);
  keep_if_sound(line.substr(second), contents);
}

Error cannot(std::string_view what, const std::filesystem::path& path, int error_number) {
  return Error::environment("cannot {} {}: {}", what, path.string(),
                            codec::describe_errno(error_number));
}

}  // namespace

std::string log_line(std::string_view payload) {
  ASSAY_CHECK_LE(static_cast<std::int64_t>(payload.size()), kPayloadSizeMax.count(),
                 "a record fits the log");
  ASSAY_CHECK_EQ(payload.find('\n'), std::string_view::npos, "a record is one line");
  std::string line;
  line.reserve(kPayloadAt + payload.size() + kEnd.size());
  line.append(kBeforeCrc).append(kCrcWidth, '0').append(kBeforeSize);
  line.append(format("{:8}", payload.size())).append(kBeforePayload);
  line.append(payload).append(kEnd);
  const std::uint32_t crc =
      crc32c(std::string_view(line).substr(kCheckedFrom, line.size() - kCheckedFrom - 1));
  line.replace(kCrcAt, kCrcWidth, format("{:08x}", crc));
  return line;
}

LogContents scan_log(std::string_view text) {
  LogContents contents;
  for (std::int64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      contents.torn = Bytes(static_cast<std::int64_t>(text.size()));
      break;
    }
    scan_line(text.substr(0, end), number, contents);
    text.remove_prefix(end + 1);
  }
  return contents;
}

Result<LogContents> read_log(const std::filesystem::path& path) {
  // The night sweep at full scale, 847 points x 600 samples x 10 bytes, is 5 MiB an arm and
  // process: far below this, and this far below what would swap.
  constexpr Bytes kLogSizeMax{std::int64_t{4} << 30};
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) return LogContents{};
  ASSAY_TRY(const std::string text, codec::read_file(path, kLogSizeMax));
  return scan_log(text);
}

LogWriter::LogWriter(std::filesystem::path path, int descriptor, const LogOptions& options)
    : path_(std::move(path)),
      descriptor_(descriptor),
      sync_interval_(options.sync_interval),
      clock_(options.clock == nullptr ? &kSteadyClock : options.clock),
      last_sync_(clock_->now()) {}

LogWriter::LogWriter(LogWriter&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      sync_interval_(other.sync_interval_),
      clock_(other.clock_),
      size_(other.size_),
      is_synced_(other.is_synced_),
      is_broken_(other.is_broken_),
      sync_count_(other.sync_count_),
      last_sync_(other.last_sync_),
      torn_tail_(other.torn_tail_) {}

LogWriter::~LogWriter() {
  if (descriptor_ < 0) return;
  static_cast<void>(sync());  // Whoever must know has called sync before.
  ::close(descriptor_);
}

Result<LogWriter> LogWriter::open(const std::filesystem::path& path, const LogOptions& options) {
  constexpr int kFlags = O_RDWR | O_CREAT | O_CLOEXEC;
  const int descriptor = ::open(path.c_str(), kFlags, 0644);
  if (descriptor < 0) return cannot("open", path, errno);
  LogWriter writer(path, descriptor, options);
  ASSAY_TRY_VOID(writer.cut_torn_tail());
  return writer;
}

Result<void> LogWriter::cut_torn_tail() {
  struct stat status = {};
  if (::fstat(descriptor_, &status) != 0) return cannot("look at", path_, errno);
  std::int64_t end = status.st_size;
  char block[1 << 14];
  while (end > 0) {
    const std::int64_t start = std::max<std::int64_t>(0, end - std::ssize(block));
    const ssize_t count = ::pread(descriptor_, block, static_cast<std::size_t>(end - start), start);
    if (count != end - start) return cannot("read", path_, count < 0 ? errno : EIO);
    const std::string_view bytes(block, static_cast<std::size_t>(count));
    const std::size_t feed = bytes.rfind('\n');
    end = feed == std::string_view::npos ? start : start + static_cast<std::int64_t>(feed) + 1;
    if (feed != std::string_view::npos) break;
  }
  if (end < status.st_size && ::ftruncate(descriptor_, end) != 0) {
    return cannot("cut the torn tail of", path_, errno);
  }
  size_ = end;
  torn_tail_ = Bytes(status.st_size - end);
  return {};
}

Result<void> LogWriter::write_at_end(std::string_view line) {
  std::int64_t at = size_;
  while (!line.empty()) {
    const ssize_t count = ::pwrite(descriptor_, line.data(), line.size(), at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return cannot("append to", path_, count < 0 ? errno : ENOSPC);
    at += count;
    line.remove_prefix(static_cast<std::size_t>(count));
  }
  size_ = at;
  return {};
}

Result<void> LogWriter::append(std::string_view payload) {
  if (is_broken_) {
    return Error::environment("{} failed before and is not written any more", path_.string());
  }
  if (Result<void> written = write_at_end(log_line(payload)); !written) {
    is_broken_ = ::ftruncate(descriptor_, size_) != 0;
    return written;
  }
  is_synced_ = false;
  if (clock_->now() - last_sync_ < sync_interval_) return {};
  return sync();
}

Result<void> LogWriter::sync() {
  if (is_synced_) return {};
  if (::fdatasync(descriptor_) != 0) {
    const int error_number = errno;
    is_broken_ = true;  // Linux drops what it could not write and reports it once.
    return cannot("sync", path_, error_number);
  }
  is_synced_ = true;
  ++sync_count_;
  last_sync_ = clock_->now();
  return {};
}

}  // namespace assay::store
