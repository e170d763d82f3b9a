// SPDX-License-Identifier: MIT
// What a configuration (a model at a batch size) gives a machine to do, as the latency model reads
// it: nodes that remain after the passes, each with arithmetic, weights and activations. Equal
// nodes stand once with their number, so that predicting a deep model costs as much as a block.
//
//   ASSAY_TRY(Work work, work_of({.model = "mlp512-512-128", .batch = 32}));
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace assay::calibrate {

/// Kernels that reach a rate of their own.
enum class KernelClass : std::uint8_t { kProduct, kConvolution, kAttention, kOther };
inline constexpr int kKernelClassCount = 4;
std::string_view to_text(KernelClass kernel);

struct NodeWork {
  KernelClass kernel = KernelClass::kOther;
  double products = 0;          ///< 2 per multiply-add.
  double vector_flops = 0;      ///< All other arithmetic.
  double weight_bytes = 0;      ///< Read from what is constant.
  double activation_bytes = 0;  ///< Read and written of the rest.
  double rows = 1;              ///< Results that share a weight: a product of few is thin.
  double count = 1;             ///< How many nodes are like this one.
};

struct Work {
  std::vector<NodeWork> nodes = {};
  double products = 0;
  double flops = 0;             ///< Products and all the rest.
  double bytes = 0;             ///< Of every node: what it reads and writes.
  double weight_bytes = 0;      ///< Every weight once.
  double live_bytes = 0;        ///< The most that inputs and results hold at any node.
  double kernels = 0;           ///< Nodes that are no views and no constants.
  double uncounted = 0;         ///< Of them, those that no rule counts: left out of all the sums.
  std::int64_t input_dim = 0;   ///< The last extent of the first input,
  std::int64_t output_dim = 0;  ///< and of the first output.

  /// Flops per byte; 0 where nothing is moved.
  double intensity() const { return bytes > 0 ? flops / bytes : 0; }
};

/// A model as `assay list models` and experiments name it, and the sizes of one call.
struct Configuration {
  std::string model = {};
  std::int64_t batch = 1;
  std::int64_t sequence = 128;  ///< Of a row; models of text only.
  std::int64_t past = 0;        ///< Tokens in a decoder's cache.
  bool operator==(const Configuration&) const = default;
};

/// "mlp512-512-128", "gpt2/s1/p128": sizes that are not the usual ones stand behind slashes.
std::string name_of(const Configuration& configuration);
/// The name read back; the batch is not part of it.
Result<Configuration> parse_configuration(std::string_view name);

/// "mlp", "resnet", "gemm": what is held out together. A decoder's prefill and its single tokens
/// are two families ("gpt prefill", "gpt decode"): they are bound by different things.
std::string family_of(const Configuration& configuration);

/// Counts the graph after the passes for the usual compile mode.
Result<Work> work_of(const Configuration& configuration);

}  // namespace assay::calibrate
