// SPDX-License-Identifier: MIT
#include "oracle/machine/system_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "core/format.h"

namespace assay::machine {
namespace {

constexpr std::size_t kSizeMax = std::size_t{1} << 20;

Absent unreadable(const std::filesystem::path& path) {
  return absent(format("{}: {}", path.string(), std::generic_category().message(errno)));
}

}  // namespace

Reading<std::string> read_system_file(const std::filesystem::path& path) {
  // By hand: such files say a size of 0, and streams buffer what must be read at once.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return unreadable(path);
  std::string text;
  std::array<char, 16'384> chunk;
  ssize_t count = 0;
  while (text.size() < kSizeMax && (count = ::read(file, chunk.data(), chunk.size())) > 0) {
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  const Absent reason = count < 0 ? unreadable(path) : Absent{};
  ::close(file);
  if (count < 0) return reason;
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace assay::machine
