// SPDX-License-Identifier: MIT
// One loop over several operands of the same shape and different strides (0 repeats an element),
// with as few and as long axes as the strides allow. A kernel then writes its innermost loop only.
//
//   const LoopNest<3> nest(y.shape(), {a.strides(), b.strides(), y.strides()});
//   for (std::int64_t i = 0; i < nest.outer_count(); ++i) {
//     const auto at = nest.offsets(i);   // of the three operands
//     inner(a + at[0], b + at[1], y + at[2], nest.inner_count(), nest.inner_strides());
//   }
#pragma once

#include <array>

#include "engine/tensor/shape.h"

namespace assay::kernels {

template <std::size_t kOperands>
class LoopNest {
 public:
  using Offsets = std::array<std::int64_t, kOperands>;

  LoopNest(const tensor::Dims& shape, const std::array<tensor::Dims, kOperands>& strides) {
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      Axis next{.extent = shape[axis]};
      for (std::size_t i = 0; i < kOperands; ++i)
        next.strides[i] = strides[i][axis];
      if (next.extent == 1) continue;
      if (count_ > 0 && axes_[count_ - 1].is_continued_by(next)) {
        axes_[count_ - 1].extent *= next.extent;
      } else {
        axes_[count_++] = next;
      }
    }
    if (count_ == 0) axes_[count_++] = {.extent = 1};  // A scalar is a loop of one.
    for (std::size_t i = 1; i < count_; ++i)
      outer_count_ *= axes_[i].extent;
  }

  std::size_t axis_count() const { return count_; }
  /// Of an axis, the innermost being 0.
  std::int64_t extent(std::size_t axis) const { return axes_[axis].extent; }
  const Offsets& strides(std::size_t axis) const { return axes_[axis].strides; }

  std::int64_t outer_count() const { return outer_count_; }
  std::int64_t inner_count() const { return axes_[0].extent; }
  const Offsets& inner_strides() const { return axes_[0].strides; }

  /// Where the innermost loop of outer index `index` starts, in elements, for every operand.
  Offsets offsets(std::int64_t index) const {
    Offsets offsets{};
    for (std::size_t axis = 1; axis < count_; ++axis) {
      const std::int64_t i = index % axes_[axis].extent;
      index /= axes_[axis].extent;
      for (std::size_t operand = 0; operand < kOperands; ++operand)
        offsets[operand] += i * axes_[axis].strides[operand];
    }
    return offsets;
  }

  /// Goes through the axes from `inner` on, one step after another: no step divides.
  class Cursor {
   public:
    Cursor(const LoopNest& nest, std::size_t inner, std::int64_t index)
        : nest_(nest), inner_(inner) {
      for (std::size_t axis = inner; axis < nest.count_; ++axis) {
        at_[axis] = index % nest.axes_[axis].extent;
        index /= nest.axes_[axis].extent;
        move(axis, at_[axis]);
      }
    }
    const Offsets& offsets() const { return offsets_; }
    /// Behind the last one comes the first.
    void next() {
      for (std::size_t axis = inner_; axis < nest_.count_; ++axis) {
        move(axis, 1);
        if (++at_[axis] < nest_.axes_[axis].extent) return;
        move(axis, -at_[axis]);
        at_[axis] = 0;
      }
    }

   private:
    void move(std::size_t axis, std::int64_t steps) {
      for (std::size_t operand = 0; operand < kOperands; ++operand)
        offsets_[operand] += steps * nest_.axes_[axis].strides[operand];
    }
    const LoopNest& nest_;
    std::size_t inner_;
    std::array<std::int64_t, tensor::Dims::kRankMax + 1> at_{};
    Offsets offsets_{};
  };

 private:
  struct Axis {
    std::int64_t extent = 1;
    Offsets strides{};

    bool is_continued_by(const Axis& outer) const {
      for (std::size_t i = 0; i < kOperands; ++i) {
        if (outer.strides[i] != strides[i] * extent) return false;
      }
      return true;
    }
  };

  std::array<Axis, tensor::Dims::kRankMax + 1> axes_{};  ///< Innermost first.
  std::size_t count_ = 0;
  std::int64_t outer_count_ = 1;
};

}  // namespace assay::kernels
