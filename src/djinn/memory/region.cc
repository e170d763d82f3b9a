// SPDX-License-Identifier: MIT
#include "djinn/memory/region.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace assay::djinn {
namespace {

constexpr std::size_t kHugePage = std::size_t{1} << 21;

/// Of this thread: others take faults of their own meanwhile.
std::int64_t faults_so_far() {
  rusage usage{};
  if (getrusage(RUSAGE_THREAD, &usage) != 0) return 0;
  return usage.ru_minflt;
}

Error failed(std::string_view step, std::size_t size, int number) {
  return Error::environment("{} for {} failed: {}", step,
                            to_text(Bytes(static_cast<std::int64_t>(size))), std::strerror(number));
}

/// Addresses for `size` bytes and a page behind them that nobody may touch. They begin at a huge
/// page, so that whole ones can lie in them; the edges go back.
std::byte* map_addresses(std::size_t size) {
  const std::size_t wanted = size + static_cast<std::size_t>(page_size());
  const std::size_t padded = wanted + kHugePage;
  void* const got =
      mmap(nullptr, padded, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (got == MAP_FAILED) return nullptr;
  auto* const first = static_cast<std::byte*>(got);
  const auto past = reinterpret_cast<std::uintptr_t>(first) % kHugePage;
  const std::size_t before = past == 0 ? 0 : kHugePage - past;
  if (before > 0) munmap(first, before);
  munmap(first + before + wanted, kHugePage - before);
  return first + before;
}

}  // namespace

std::int64_t page_size() {
  static const std::int64_t kSize = sysconf(_SC_PAGESIZE);
  return kSize;
}

Bytes RegionFacts::huge() const {
  const std::int64_t pages = size.count() / page_size();
  const std::int64_t pages_of_huge = static_cast<std::int64_t>(kHugePage) / page_size();
  if (faults == 0 || faults >= pages) return Bytes(0);
  // h huge pages and s small ones: h + s faults, h * pages_of_huge + s pages.
  return Bytes(static_cast<std::int64_t>(kHugePage)) * ((pages - faults) / (pages_of_huge - 1));
}

std::string RegionFacts::to_string() const {
  return format("{} {}, {} in {} faults, {} of it in huge pages", to_text(size),
                kind == RegionKind::kPrivate ? "private" : "shared",
                was_populated ? "populated" : "touched", faults, to_text(huge()));
}

Result<Region> Region::create(Bytes size, RegionKind kind) {
  if (size.count() <= 0) {
    return Error::user("a region of {} bytes: expected a positive number", size.count());
  }
  const auto page = static_cast<std::size_t>(page_size());
  Region region;
  region.size_ = (static_cast<std::size_t>(size.count()) + page - 1) / page * page;
  region.facts_.kind = kind;
  region.facts_.size = Bytes(static_cast<std::int64_t>(region.size_));
  ASSAY_TRY_VOID(region.map(kind));
  ASSAY_TRY_VOID(region.make_real());
  return region;
}

Result<void> Region::map(RegionKind kind) {
  begin_ = map_addresses(size_);
  if (begin_ == nullptr) return failed("addresses", size_, errno);
  const int flags =
      MAP_FIXED | (kind == RegionKind::kPrivate ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);
  if (kind == RegionKind::kShared) {
    descriptor_ = memfd_create("djinn", MFD_CLOEXEC);
    if (descriptor_ < 0) return failed("memfd_create", size_, errno);
    if (ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) {
      return failed("a memfd", size_, errno);
    }
  }
  if (mmap(begin_, size_, PROT_READ | PROT_WRITE, flags, descriptor_, 0) == MAP_FAILED) {
    return failed("memory", size_, errno);
  }
  return {};
}

Result<void> Region::make_real() {
  madvise(begin_, size_, MADV_HUGEPAGE);  // A wish: the facts tell what came of it.
  const std::int64_t before = faults_so_far();
  facts_.was_populated = madvise(begin_, size_, MADV_POPULATE_WRITE) == 0;
  if (!facts_.was_populated) {
    const int number = errno;
    // Only a kernel before 5.14 does not know the call; any other reason means there is no memory.
    if (number != EINVAL) return failed("making memory real", size_, number);
    for (std::size_t at = 0; at < size_; at += static_cast<std::size_t>(page_size())) {
      *static_cast<volatile std::byte*>(begin_ + at) = std::byte{0};
    }
  }
  facts_.faults = faults_so_far() - before;
  return {};
}

void Region::release() {
  if (begin_ != nullptr) munmap(begin_, size_ + static_cast<std::size_t>(page_size()));
  if (descriptor_ >= 0) close(descriptor_);
}

Region::~Region() {
  release();
}

Region::Region(Region&& other) noexcept
    : begin_(std::exchange(other.begin_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      facts_(std::exchange(other.facts_, {})) {}

Region& Region::operator=(Region&& other) noexcept {
  if (this != &other) {
    release();
    begin_ = std::exchange(other.begin_, nullptr);
    size_ = std::exchange(other.size_, 0);
    descriptor_ = std::exchange(other.descriptor_, -1);
    facts_ = std::exchange(other.facts_, {});
  }
  return *this;
}

}  // namespace assay::djinn
