// SPDX-License-Identifier: MIT
#include "lab/store/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "core/clock.h"
#include "core/codec/fields.h"
#include "core/codec/file.h"
#include "core/codec/json.h"
#include "core/units.h"

namespace assay::store {
namespace {

constexpr std::string_view kFileName = "lock";

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

/// Who we are; only for people to read, so that a failure to write it changes nothing.
void sign(int descriptor) {
  codec::Node holder = codec::Node::map();
  holder.set("pid", std::int64_t{::getpid()});
  holder.set("host", host_name());
  holder.set("started", utc_now());
  const std::string text = codec::to_json(holder) + "\n";
  if (::ftruncate(descriptor, 0) != 0) return;
  static_cast<void>(::pwrite(descriptor, text.data(), text.size(), 0) > 0);
}

Error cannot_lock(const std::filesystem::path& folder) {
  return Error::environment("cannot lock {}: {}", folder.string(), codec::describe_errno(errno));
}

Result<std::string> describe_fields(const codec::Node& node) {
  ASSAY_TRY(const codec::Fields fields, codec::Fields::of(node, "lock"));
  ASSAY_TRY(const std::int64_t pid, fields.integer("pid"));
  ASSAY_TRY(const std::string host, fields.text("host"));
  ASSAY_TRY(const std::string started, fields.text("started"));
  return format("process {} on host {} since {}", pid, host, started);
}

}  // namespace

std::string describe_holder(std::string_view contents) {
  const Result<codec::Node> node = codec::parse_json(contents);
  const Result<std::string> text = node ? describe_fields(*node) : node.error();
  return text ? *text : "another process";
}

Result<FolderLock> FolderLock::open(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kFileName;
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return cannot_lock(folder);
  return FolderLock(descriptor);
}

Result<FolderLock> FolderLock::wait(const std::filesystem::path& folder) {
  ASSAY_TRY(FolderLock lock, open(folder));
  while (::flock(lock.descriptor_, LOCK_EX) != 0) {
    if (errno != EINTR) return cannot_lock(folder);
  }
  sign(lock.descriptor_);
  return lock;
}

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  ASSAY_TRY(FolderLock lock, open(folder));
  if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) == 0) {
    sign(lock.descriptor_);
    return lock;
  }
  if (errno != EWOULDBLOCK) return cannot_lock(folder);
  constexpr Bytes kSizeMax(4'096);
  const Result<std::string> contents = codec::read_file(folder / kFileName, kSizeMax);
  return Error::environment("{} is being written by {}; wait for it, or stop it", folder.string(),
                            describe_holder(contents ? *contents : ""));
}

FolderLock::FolderLock(FolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace assay::store
