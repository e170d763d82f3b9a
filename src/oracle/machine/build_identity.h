// SPDX-License-Identifier: MIT
// Which binary this is: what it was built from and with, and an identity that changes whenever one
// byte of its code does. A record carries the identity; another binary's records are stale.
#pragma once

#include <string>
#include <vector>

namespace assay::machine {

struct BuildIdentity {
  std::string id;         ///< 16 hexadecimal digits, from the linker's build id of this program.
  std::string commit;     ///< Abbreviated; "unknown" where it was not built from a git checkout.
  bool is_dirty = false;  ///< The checkout had changes when it was built.
  std::string compiler;
  std::string build_type;
  std::string flags;
};

/// Read once from memory: no file is opened, nothing is hashed.
const BuildIdentity& build_identity();

/// The shared libraries that this process has loaded, as the files behind their names, with the
/// version in it: "libopenblasp-r0.3.21.so".
std::vector<std::string> loaded_libraries();

}  // namespace assay::machine
