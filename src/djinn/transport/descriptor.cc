// SPDX-License-Identifier: MIT
#include "djinn/transport/descriptor.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <tuple>

namespace assay::djinn {

Descriptor::~Descriptor() {
  close();
}

void Descriptor::close() {
  if (is_open()) ::close(std::exchange(number_, -1));
}

Error system_error(std::string_view what) {
  return Error::environment("{}: {}", what, std::generic_category().message(errno));
}

Result<Doorbell> Doorbell::create() {
  Descriptor descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!descriptor.is_open()) return system_error("eventfd");
  return Doorbell(std::move(descriptor));
}

void Doorbell::ring() const {
  const std::uint64_t one = 1;
  // It fails only where 2^64 - 2 rings wait: then whoever listens is woken all the same.
  std::ignore = ::write(number(), &one, sizeof(one));
}

void Doorbell::answer() const {
  std::uint64_t count = 0;
  std::ignore = ::read(number(), &count, sizeof(count));
}

}  // namespace assay::djinn
