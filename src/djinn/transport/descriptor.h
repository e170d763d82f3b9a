// SPDX-License-Identifier: MIT
// A file descriptor that is closed by its owner, and what the system says when a call fails.
#pragma once

#include <string_view>
#include <utility>

#include "core/result.h"

namespace assay::djinn {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  void close();

 private:
  int number_ = -1;
};

/// "bind: address already in use" out of errno, as an environment error.
Error system_error(std::string_view what);

/// An eventfd: rung from any thread, answered by the one that waits.
class Doorbell {
 public:
  static Result<Doorbell> create();

  void ring() const;
  /// Forgets how often it was rung.
  void answer() const;
  int number() const { return descriptor_.number(); }

 private:
  explicit Doorbell(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  Descriptor descriptor_;
};

}  // namespace assay::djinn
