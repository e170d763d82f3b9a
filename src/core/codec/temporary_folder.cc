// SPDX-License-Identifier: MIT
#include "core/codec/temporary_folder.h"

#include <cstdlib>
#include <string>
#include <system_error>

#include "core/check.h"
#include "core/format.h"

namespace assay::codec {

TemporaryFolder::TemporaryFolder(std::string_view purpose) {
  const std::string pattern = format("assay_{}_{}", purpose, std::string(6, 'X'));
  std::string name = (std::filesystem::temp_directory_path() / pattern).string();
  ASSAY_CHECK(::mkdtemp(name.data()) != nullptr, "a temporary folder can be made");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;  // What is left behind is the system's to clean.
  std::filesystem::remove_all(path_, error);
}

}  // namespace assay::codec
