// SPDX-License-Identifier: MIT
// How files of byte-level tokenizers write bytes: each of the 256 as one printable character, so
// that a vocabulary is text. Printable bytes of Latin-1 stand for themselves, the others are
// U+0100 and up in their order: a space is U+0120, a line feed U+010A.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace assay::models {

/// The bytes that a token of a file stands for; none if a character is not of the alphabet.
std::optional<std::string> bytes_of_written(std::string_view token);
/// And back, for messages and for writing files.
std::string written_of_bytes(std::string_view bytes);

}  // namespace assay::models
