// SPDX-License-Identifier: MIT
// What byte_writer.h wrote, from bytes that nobody vouches for. The first thing that is wrong is
// kept, everything asked after it is zero or empty, and finish() tells it: so a message is read
// field after field, without a question behind each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace assay::djinn {

/// Control characters but line feed and tab: they would reach terminals and reports.
bool is_refused_in_text(char letter);

class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  /// `most` is the largest value that is allowed; `what` is named where it is more.
  std::uint64_t number(std::string_view what, std::uint64_t most);
  std::int64_t signed_number(std::string_view what, std::int64_t least, std::int64_t most);
  double real();
  /// A text of at most `most` bytes, none of them refused.
  std::string text(std::string_view what, std::size_t most);
  void raw(std::span<std::byte> into);
  /// A count of things that take at least `size` bytes each: no more than the bytes that are left.
  std::size_t count(std::string_view what, std::size_t size);

  void fail(Error error);
  bool has_failed() const { return error_.has_value(); }
  std::size_t rest() const { return bytes_.size() - position_; }
  /// The first thing that was wrong; bytes that are left over are wrong too.
  Result<void> finish() const;

 private:
  /// None where so many are not left.
  std::optional<std::span<const std::byte>> take(std::size_t size);

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  std::optional<Error> error_;
};

}  // namespace assay::djinn
