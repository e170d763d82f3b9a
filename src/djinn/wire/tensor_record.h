// SPDX-License-Identifier: MIT
// Tensors in a payload: dense, each at a multiple of 64 bytes, so that they are used where they
// arrived. There are no strides on the wire, so there are none to get wrong.
//
//   TensorPacker packer;
//   CallMessage call{.inputs = {packer.add("x", x.view())}};   // Keeps a pointer, copies nothing.
//   send(header, encode(call), packer.parts());
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "djinn/wire/limits.h"
#include "engine/tensor/any_view.h"

namespace assay::djinn {

struct TensorRecord {
  std::string name = {};
  tensor::TensorType type = {};
  std::uint64_t offset = 0;  ///< Of its first byte in the payload.
  bool operator==(const TensorRecord&) const = default;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("name of a tensor", self.name);
    visit("dtype", self.type.dtype);
    visit("shape", self.type.shape);
    visit("offset", self.offset);
  }
};

/// Bytes of a dense tensor; an error where 64 bits cannot count them, empty or not.
Result<std::size_t> dense_size(const tensor::TensorType& type);

/// Where the record says in the payload; an error where it does not lie within or not aligned.
/// The view lives as long as the payload, whose memory is aligned (buffer.h).
Result<tensor::ConstAnyView> view_of(const TensorRecord& record,
                                     std::span<const std::byte> payload);
/// All of them, which also must not overlap and stand in the order of their offsets.
Result<std::vector<tensor::ConstAnyView>> views_of(std::span<const TensorRecord> records,
                                                   std::span<const std::byte> payload);

/// The parts of a payload, without a copy: they have to live until the frame is sent.
class TensorPacker {
 public:
  /// Checked: the view is dense.
  TensorRecord add(std::string name, const tensor::ConstAnyView& view);
  std::size_t size() const { return size_; }
  /// Tensors and the zeros between them.
  std::span<const std::span<const std::byte>> parts() const { return parts_; }

 private:
  std::vector<std::span<const std::byte>> parts_;
  std::size_t size_ = 0;
};

}  // namespace assay::djinn
