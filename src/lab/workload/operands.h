// SPDX-License-Identifier: MIT
// Tensors of an arm, laid over the shared buffers: inputs that are filled once, outputs between
// guard zones that show who wrote where, copies to rotate through, and what is observed of them.
#pragma once

#include <cstdint>
#include <string>

#include "engine/tensor/tensor_view.h"
#include "lab/workload/workload.h"

namespace assay::workload {

/// How a tensor is asked to lie in memory.
struct Layout {
  tensor::Dims shape;
  tensor::Dims strides;
  std::int64_t offset_bytes = 0;  ///< From the start of the role's memory; a multiple of 4.
};
/// Row-major, rows rounded up to a multiple of `multiple` elements plus `pad`.
Layout matrix_layout(std::int64_t rows, std::int64_t columns, std::int64_t multiple = 1,
                     std::int64_t pad = 0);
Layout dense_layout(const tensor::Dims& shape);

/// Whether an operand can start so many bytes into its memory: whole elements only.
Result<void> check_offset(std::int64_t bytes);

/// `copies` tensors of one layout in one role, each starting a cache line as the first does.
class Operand {
 public:
  /// Filled with the role's random numbers.
  static Result<Operand> input(Bench& bench, std::string role, const Layout& layout,
                               std::int64_t copies = 1);
  static Result<Operand> output(Bench& bench, std::string role, const Layout& layout,
                                std::int64_t copies = 1);

  tensor::TensorView<float> view(std::int64_t copy = 0) const;
  std::int64_t copies() const { return copies_; }
  /// Of one copy, gaps between rows included.
  std::int64_t bytes() const { return extent_ * static_cast<std::int64_t>(sizeof(float)); }

  std::string dtype() const;  ///< Of its elements, as the code that works on them has it.

  /// Fills an output, its gaps and guard zones with a NaN of a pattern that no kernel computes.
  void spoil();
  /// After a run: elements outside of the output that no longer hold the pattern.
  std::int64_t overwritten() const;

  /// Adds `<role>_mod_64` (of the address of the first element) and `<role>_page_offset`.
  void observe(spec::Factors& observed) const;
  /// Bytes from the start of the role's memory (and guard zone) to the first element.
  std::int64_t offset_bytes() const;

 private:
  static Result<Operand> place(Bench& bench, std::string role, const Layout& layout,
                               std::int64_t copies, bool is_output);

  std::string role_;
  float* start_ = nullptr;  ///< Of the role's memory, guard zone included.
  float* first_ = nullptr;  ///< First element of the first copy.
  std::int64_t extent_ = 0;
  std::int64_t spacing_ = 0;  ///< Elements from copy to copy.
  std::int64_t guard_ = 0;
  std::int64_t copies_ = 1;
  tensor::Dims shape_;
  tensor::Dims strides_;
};

/// How many copies of `bytes` it takes to leave nothing in the caches: together twice the
/// last-level cache, as CacheFlusher counts it; 1 where the work is not rotated.
std::int64_t copies_to_rotate(bool rotated, Bytes bytes);

/// Threads that really meet, as observed back: `threads`, and OpenBLAS's own count.
void observe_threads(spec::Factors& observed);

}  // namespace assay::workload
