// SPDX-License-Identifier: MIT
// Memory of this process that is taken once and kept: every page is made real at birth, because a
// fresh page costs fifteen to forty times a copy into a warm one (research 2.5), and is never given
// back before the end. What the machine really gave is told. Behind the last byte lies a page that
// nobody may touch, so that running over the end is a fault and not another's bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/result.h"
#include "core/units.h"

namespace assay::djinn {

enum class RegionKind : std::uint8_t {
  kPrivate,  ///< Anonymous; huge pages where the machine allows them.
  kShared,   ///< A memfd without a name: pieces of it can be mapped at further addresses.
};

struct RegionFacts {
  Bytes size;
  RegionKind kind = RegionKind::kPrivate;
  std::int64_t faults = 0;     ///< Taken while the pages were made real; 0: not counted.
  bool was_populated = false;  ///< By the kernel in one call; else touched page by page.

  /// A lower bound of the bytes that lie in huge pages, from the faults it took.
  Bytes huge() const;
  std::string to_string() const;  ///< "1.0 GiB private, made real in 512 faults, ... huge pages"
};

/// Of a page, as the machine says.
std::int64_t page_size();

class Region {
 public:
  Region() = default;
  /// `size` is rounded up to whole pages. An environment error where the machine has not so much.
  static Result<Region> create(Bytes size, RegionKind kind);
  ~Region();
  Region(Region&& other) noexcept;
  Region& operator=(Region&& other) noexcept;

  std::span<std::byte> bytes() const { return {begin_, size_}; }
  /// The memfd of a shared region, -1 of a private one.
  int descriptor() const { return descriptor_; }
  const RegionFacts& facts() const { return facts_; }

 private:
  Result<void> map(RegionKind kind);
  Result<void> make_real();
  void release();

  std::byte* begin_ = nullptr;
  std::size_t size_ = 0;
  int descriptor_ = -1;
  RegionFacts facts_;
};

}  // namespace assay::djinn
