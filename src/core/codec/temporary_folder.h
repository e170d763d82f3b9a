// SPDX-License-Identifier: MIT
// A folder of its own for work that is thrown away: it is removed with the object.
//
//   const TemporaryFolder folder("report");
//   write_file_atomically(folder.path() / "a.json", text);
#pragma once

#include <filesystem>
#include <string_view>

namespace assay::codec {

class TemporaryFolder {
 public:
  /// `assay_<purpose>_<six letters>` in the system's folder for such things. Checked: it can be
  /// made.
  explicit TemporaryFolder(std::string_view purpose);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace assay::codec
