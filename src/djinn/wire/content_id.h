// SPDX-License-Identifier: MIT
// What a weight is known by: SHA-256 of its type and its bytes, so that the same weights are sent
// once, whoever has them. Whoever stores bytes under an id hashes them itself.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "djinn/wire/identity.h"
#include "engine/tensor/any_view.h"

namespace assay::djinn {

/// For bytes that come in parts.
class ContentHasher {
 public:
  explicit ContentHasher(const tensor::TensorType& type);

  void add(std::span<const std::byte> bytes);
  /// Once, at the end.
  ContentId finish();

 private:
  struct Free {
    void operator()(void* state) const;
  };
  std::unique_ptr<void, Free> state_;
};

/// Checked: the view is dense.
ContentId content_id(const tensor::ConstAnyView& view);

}  // namespace assay::djinn
