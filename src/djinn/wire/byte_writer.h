// SPDX-License-Identifier: MIT
// The parts of a message as bytes. Whole numbers take as many bytes as they need, seven bits in
// each (so that the message of a decode step stays small), signed ones folded to even and odd.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace assay::djinn {

class ByteWriter {
 public:
  ByteWriter() { bytes_.reserve(64); }  // What most messages take.
  void number(std::uint64_t value);
  void signed_number(std::int64_t value);
  void real(double value);  ///< Its eight bytes.
  void text(std::string_view value);
  void raw(std::span<const std::byte> bytes);

  std::size_t size() const { return bytes_.size(); }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace assay::djinn
