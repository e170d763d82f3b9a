// SPDX-License-Identifier: MIT
// The two padded computations, attention and product, behind one interface: pad, calculate, slice.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "lab/workload/workload.h"

namespace assay::workload {

struct PaddingRequest {
  std::string operation;  ///< "sdpa", "gemm_reduction" (k is padded), "gemm_projection" (n is).
  std::string pad;        ///< "none", "inside", "outside"
  std::int64_t logical = 0;
  std::int64_t physical = 0;
  std::int64_t batch = 0;
  std::int64_t heads = 0;
  std::int64_t seq = 0;
  std::int64_t m = 0;
  std::int64_t width = 0;      ///< n of the reduction, k of the projection.
  std::string dtype;           ///< Of all tensors.
  std::string library;         ///< Of the products.
  std::string implementation;  ///< Of the attention.
};

/// Sizes read off the tensors.
struct PaddingSizes {
  std::int64_t logical = 0;
  std::int64_t physical = 0;
  std::int64_t logical_bytes = 0;   ///< Of all tensors, unpadded...
  std::int64_t physical_bytes = 0;  ///< ...and as they are calculated with.
};

class PaddedComputation {
 public:
  virtual ~PaddedComputation() = default;
  virtual void pad() = 0;
  virtual Result<void> calculate() = 0;
  virtual void slice() = 0;
  /// Spoils every output, so that only what is calculated next can be right.
  virtual void spoil() = 0;
  /// `is_sliced`: the answer is in the compact output; else it is a part of the padded one.
  virtual Result<Verdict> check(bool is_sliced) const = 0;
  virtual double multiply_adds() const = 0;  ///< At the logical width.
  virtual PaddingSizes sizes() const = 0;
  virtual void observe(spec::Factors& observed) const = 0;
  virtual spec::Factors mechanism() const = 0;
};

using PaddedPreparation = std::variant<std::unique_ptr<PaddedComputation>, Unsupported>;
Result<PaddedPreparation> make_padded_sdpa(const PaddingRequest& request, Bench& bench);
Result<PaddedPreparation> make_padded_gemm(const PaddingRequest& request, Bench& bench);

}  // namespace assay::workload
