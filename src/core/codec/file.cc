// SPDX-License-Identifier: MIT
#include "core/codec/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace assay::codec {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

Error cannot(std::string_view what, const std::filesystem::path& path, int error_number) {
  return Error::environment("cannot {} {}: {}", what, path.string(), describe_errno(error_number));
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Everything up to the rename; on failure errno says why.
bool write_new_file(FileDescriptor& file, const std::string& name,
                    const std::filesystem::path& path, std::string_view text) {
  constexpr mode_t kPermissions = 0644;  // mkstemp makes files that only the owner can read.
  return ::fchmod(file.number(), kPermissions) == 0 && write_all(file.number(), text) &&
         ::fsync(file.number()) == 0 && file.close() && ::rename(name.c_str(), path.c_str()) == 0;
}

Result<std::string> read_all(const FileDescriptor& file, const std::filesystem::path& path,
                             Bytes size_max) {
  std::string text;
  char block[1 << 16];
  while (true) {
    const ssize_t count = ::read(file.number(), block, sizeof block);
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot("read", path, errno);
    text.append(block, static_cast<std::size_t>(count));
    if (static_cast<std::int64_t>(text.size()) > size_max.count()) {
      return Error::user("{}: too large: more than {}", path.string(), to_text(size_max));
    }
  }
}

}  // namespace

std::string describe_errno(int error_number) {
  std::string text = std::generic_category().message(error_number);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z' && text.find(' ') != std::string::npos) {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // EINVAL: a file system that cannot sync folders keeps the promise as well as it can.
  if (directory.is_open() && (::fsync(directory.number()) == 0 || errno == EINVAL)) return {};
  return cannot("sync the folder", folder, errno);
}

Result<std::string> read_file(const std::filesystem::path& path, Bytes size_max) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) return Error::user("no such file: {}", path.string());
    return cannot("open", path, errno);
  }
  struct stat status = {};
  if (::fstat(file.number(), &status) != 0) return cannot("look at", path, errno);
  if (S_ISDIR(status.st_mode)) return Error::user("a folder, not a file: {}", path.string());
  if (status.st_size > size_max.count()) {
    return Error::user("{}: too large: {} of at most {}", path.string(),
                       to_text(Bytes(status.st_size)), to_text(size_max));
  }
  return read_all(file, path, size_max);
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::string name =
      (folder / format(".{}.{}", path.filename().string(), std::string(6, 'X'))).string();
  FileDescriptor file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file.is_open()) return cannot("write", path, errno);
  if (!write_new_file(file, name, path, text)) {
    const int error_number = errno;
    ::unlink(name.c_str());
    return cannot("write", path, error_number);
  }
  return sync_folder(folder);
}

}  // namespace assay::codec
