// SPDX-License-Identifier: MIT
#include "oracle/machine/build_identity.h"

#include <build_stamp.h>  // Written by build_stamp.cmake.
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>

#include "core/hash.h"

namespace assay::machine {
namespace {

#if defined(__clang__)
constexpr std::string_view kCompiler = __VERSION__;  // Clang's own text names it.
#else
constexpr std::string_view kCompiler = "g++ " __VERSION__;
#endif

/// Notes stand one behind the other, name and description each padded to four bytes.
constexpr std::size_t padded(std::size_t size) {
  return (size + 3) / 4 * 4;
}

/// The description of the GNU build id among the notes, or nothing.
std::string_view build_id_among(std::string_view notes) {
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header;
    std::memcpy(&header, notes.data(), sizeof header);
    const std::size_t name_size = padded(header.n_namesz);
    const std::size_t size = sizeof header + name_size + padded(header.n_descsz);
    if (size > notes.size()) return {};
    const std::string_view name = notes.substr(sizeof header, header.n_namesz);
    if (header.n_type == NT_GNU_BUILD_ID && name.starts_with("GNU")) {
      return notes.substr(sizeof header + name_size, header.n_descsz);
    }
    notes.remove_prefix(size);
  }
  return {};
}

/// The first object that the loader names is the program itself: 1 ends the search there.
int find_build_id(dl_phdr_info* object, std::size_t /*size*/, void* found) {
  for (const ElfW(Phdr) & header : std::span(object->dlpi_phdr, object->dlpi_phnum)) {
    if (header.p_type != PT_NOTE) continue;
    const auto* const start = reinterpret_cast<const char*>(object->dlpi_addr + header.p_vaddr);
    const std::string_view id = build_id_among({start, header.p_memsz});
    if (!id.empty()) *static_cast<std::string*>(found) = std::string(id);
  }
  return 1;
}

std::string identity_of_this_program() {
  std::string build_id;
  dl_iterate_phdr(find_build_id, &build_id);
  return build_id.empty() ? "no-build-id" : to_hex(hash_bytes(build_id));
}

int collect_library(dl_phdr_info* object, std::size_t /*size*/, void* collected) {
  namespace fs = std::filesystem;
  const std::string_view name = object->dlpi_name == nullptr ? "" : object->dlpi_name;
  if (name.empty() || name.find("/") == std::string_view::npos) return 0;  // Program, vDSO.
  std::error_code error;
  const fs::path file = fs::canonical(fs::path(name), error);
  static_cast<std::vector<std::string>*>(collected)->push_back(
      (error ? fs::path(name) : file).filename().string());
  return 0;
}

}  // namespace

const BuildIdentity& build_identity() {
  static const BuildIdentity identity{.id = identity_of_this_program(),
                                      .commit = ASSAY_BUILD_COMMIT,
                                      .is_dirty = ASSAY_BUILD_IS_DIRTY,
                                      .compiler = std::string(kCompiler),
                                      .build_type = ASSAY_BUILD_TYPE,
                                      .flags = ASSAY_BUILD_FLAGS};
  return identity;
}

std::vector<std::string> loaded_libraries() {
  std::vector<std::string> libraries;
  dl_iterate_phdr(collect_library, &libraries);
  std::ranges::sort(libraries);
  return libraries;
}

}  // namespace assay::machine
