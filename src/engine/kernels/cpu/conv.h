// SPDX-License-Identifier: MIT
// Convolutions, pools and means over pictures [B, C, H, W] by oneDNN, and the layouts between them.
// The library is fastest where it may choose how channels lie in memory (blocks of 8 or 16), so a
// kernel is made for layouts: those given, or, where none is given, those that it likes best. A
// chain hands the destination of one kernel to the next as its source and stays in blocks.
//
//   ASSAY_TRY(auto first, PictureKernel::conv({.x = x_shape, .weight = w1, .options = options}));
//   ASSAY_TRY(auto then, PictureKernel::conv({.x = y_shape, .source = &first.destination(), ...}));
//   ASSAY_TRY(auto back, PictureKernel::reorder(then.destination(), PictureLayout::dense(shape)));
//
// Weights are moved into the kernel's own layout when it is made; kernels that like the same one
// share it (ConvWeight).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/result.h"
#include "engine/kernels/reference/conv2d.h"
#include "engine/kernels/reference/max_pool2d.h"

namespace assay::kernels {

/// How a tensor [B, C, H, W] of f32 lies in memory.
class PictureLayout {
 public:
  static PictureLayout dense(const tensor::Dims& shape);  ///< Row-major: channels are planes.

  const tensor::Dims& shape() const;
  std::int64_t bytes() const;  ///< With what fills up the last block of channels.
  bool is_dense() const;
  std::string to_text() const;  ///< "dense" or "blocks of 16 channels"
  bool operator==(const PictureLayout& other) const;

 private:
  friend class PictureKernel;
  struct State;
  explicit PictureLayout(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// The weights of a convolution in a layout that a kernel has chosen, held by all who use them.
class ConvWeight {
 public:
  std::int64_t bytes() const;
  /// As they were given: [O, C / groups, kh, kw], dense.
  Result<void> copy_to(float* dense) const;
  bool operator==(const ConvWeight& other) const { return state_ == other.state_; }

 private:
  friend class PictureKernel;
  struct State;
  explicit ConvWeight(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

struct ConvRequest {
  tensor::Dims x;                               ///< [B, C, H, W]
  tensor::TensorView<const float> weight = {};  ///< [O, C / groups, kh, kw]
  /// The same weights in layouts of other kernels: one that fits is shared, and where `weight` has
  /// no data the first is what another is made of.
  std::span<const ConvWeight> made = {};
  const float* bias = nullptr;  ///< [O] or null
  Conv2dOptions options = {};
  bool has_residual = false;                   ///< y = activation(conv + bias + residual)
  const PictureLayout* source = nullptr;       ///< Null: the kernel chooses.
  const PictureLayout* destination = nullptr;  ///< The same.
};

class PictureKernel {
 public:
  static Result<PictureKernel> conv(const ConvRequest& request);
  /// The destination is what the library likes best for this source.
  static Result<PictureKernel> max_pool(const PictureLayout& source, const PoolOptions& options);
  /// Over height and width: [B, C, 1, 1], whose dense layout is [B, C].
  static Result<PictureKernel> mean(const PictureLayout& source);
  static Result<PictureKernel> reorder(const PictureLayout& from, const PictureLayout& to);

  PictureKernel(PictureKernel&&) noexcept;
  PictureKernel& operator=(PictureKernel&&) noexcept;
  ~PictureKernel();

  /// To completion, with the threads set by set_threads, on any thread. `residual` lies as the
  /// destination does, and may be y itself (then nothing is copied); null where the kernel was made
  /// without. `scratch`: at least scratch_bytes(), at an address for vectors.
  Result<void> run(const float* x, const float* residual, float* y, std::span<std::byte> scratch);
  std::int64_t scratch_bytes() const;

  const PictureLayout& source() const;
  const PictureLayout& destination() const;
  /// Of the weights, in the library's own layout, and of the bias.
  std::int64_t held_bytes() const;
  /// Those of a convolution; none where its picture is empty.
  std::optional<ConvWeight> weight() const;
  /// oneDNN's own name of the implementation it chose: "jit:avx2".
  const std::string& implementation() const;

 private:
  struct State;
  static const std::shared_ptr<const ConvWeight::State>& state_of(const ConvWeight& weight);
  explicit PictureKernel(std::unique_ptr<State> state);
  template <class Make>
  static Result<PictureKernel> make(const tensor::Dims& x, std::string_view what, Make&& fill);
  std::unique_ptr<State> state_;
};

}  // namespace assay::kernels
