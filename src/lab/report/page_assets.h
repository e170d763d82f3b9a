// SPDX-License-Identifier: MIT
// The page's script and style as bytes in this program: what web/ was bundled to when it was built
// (cmake/AssayWeb.cmake).
#pragma once

#include <string_view>

namespace assay::report {

std::string_view page_script();
std::string_view page_style();
/// "sha256-...": what the page's content policy allows to run, and nothing else.
std::string_view page_script_hash();

}  // namespace assay::report
