// SPDX-License-Identifier: MIT
// One writer per run folder: an flock on the file `lock`, in which the holder writes who it is. The
// system lets go of it when the holder dies, however it dies.
#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"

namespace assay::store {

class FolderLock {
 public:
  /// Where another process holds it, the error names that process and is the environment's.
  static Result<FolderLock> take(const std::filesystem::path& folder);
  /// Waits until the other one lets go: for what is held for moments only.
  static Result<FolderLock> wait(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  static Result<FolderLock> open(const std::filesystem::path& folder);  ///< Not locked yet.

  int descriptor_;
};

/// "process 4711 on host db7 since 2026-11-21T09:30:00Z", from the contents of a lock file.
std::string describe_holder(std::string_view contents);

}  // namespace assay::store
