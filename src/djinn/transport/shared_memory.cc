// SPDX-License-Identifier: MIT
#include "djinn/transport/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace assay::djinn {
namespace {

constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

Result<std::span<std::byte>> map_all(const Descriptor& descriptor, std::size_t size) {
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.number(), 0);
  if (memory == MAP_FAILED) return system_error("mapping shared memory");
  return std::span(static_cast<std::byte*>(memory), size);
}

}  // namespace

Result<SharedMemory> SharedMemory::create(std::size_t size) {
  ASSAY_CHECK_GT(size, 0U, "shared memory has a size");
  Descriptor descriptor(::memfd_create("djinn", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!descriptor.is_open()) return system_error("memfd_create");
  if (::ftruncate(descriptor.number(), static_cast<off_t>(size)) != 0) {
    return system_error("sizing shared memory");
  }
  if (::fcntl(descriptor.number(), F_ADD_SEALS, kSeals) != 0) {
    return system_error("sealing shared memory");
  }
  ASSAY_TRY(const auto bytes, map_all(descriptor, size));
  return SharedMemory(std::move(descriptor), bytes);
}

Result<SharedMemory> SharedMemory::map(Descriptor descriptor, std::size_t size) {
  const int seals = ::fcntl(descriptor.number(), F_GET_SEALS);
  if (seals < 0) return system_error("shared memory of the peer");
  if ((seals & kSeals) != kSeals) {
    return Error::user("shared memory of the peer is not sealed (seals {:#x}); expected {:#x}",
                       seals, kSeals);
  }
  struct stat found {};
  if (::fstat(descriptor.number(), &found) != 0) return system_error("stat of shared memory");
  if (found.st_size < 0 || static_cast<std::size_t>(found.st_size) != size) {
    return Error::user("shared memory of the peer has {} bytes; expected {}", found.st_size, size);
  }
  ASSAY_TRY(const auto bytes, map_all(descriptor, size));
  return SharedMemory(std::move(descriptor), bytes);
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : descriptor_(std::move(other.descriptor_)), bytes_(std::exchange(other.bytes_, {})) {}

SharedMemory::~SharedMemory() {
  if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

}  // namespace assay::djinn
