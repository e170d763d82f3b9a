// SPDX-License-Identifier: MIT
// What a model has to do on a machine, kernel by kernel, in the order of the real plan: counted
// work, shapes, and for every operand how much else was touched since it was touched last, which
// decides the memory it is read from. No number of a machine is in it, so that one view is judged
// on many.
//
//   ASSAY_TRY(PlanView view, view_plan(graph, {{"batch", 8}}, {}));
//   ASSAY_TRY(Machine machine, machine_from(profile, {}));
//   Prediction prediction = predict(view, machine, Coefficients());
#pragma once

#include <array>
#include <string>
#include <vector>

#include "engine/backend/device.h"
#include "oracle/count/graph_count.h"
#include "oracle/model/kernel_class.h"

namespace assay::oracle {

/// What shapes are told by, as efficiency curves name them.
enum class Axis : std::uint8_t {
  kM,  ///< Rows of a product; of a convolution, its results of one channel.
  kN,
  kK,
  kBatch,
  kHeads,
  kQueries,
  kKeys,
  kHeadWidth,
  kRows,  ///< Of a norm.
  kWidth,
  kElements,  ///< Results.
};
inline constexpr int kAxisCount = 11;
/// "m", "n", "k", "batch", "heads", "queries", "keys", "head_width", "rows", "width", "elements"
std::string_view to_text(Axis axis);

/// One operand or result of a kernel.
struct TensorUse {
  double bytes = 0;
  /// Distinct bytes touched since this tensor was touched last, itself included, when one run
  /// follows another: it is found in the nearest memory that holds so much.
  double distance = 0;
  bool is_written = false;
  bool is_weight = false;
};

struct KernelView {
  std::string op;
  std::string name;  ///< The node's, for people.
  KernelClass kind = KernelClass::kMove;
  OpCount count;
  tensor::DType multiplied = tensor::DType::kF32;  ///< What its products are of.
  std::array<double, kAxisCount> extents{};        ///< By axis; 0 where it has none.
  std::vector<TensorUse> uses;
  double extent(Axis axis) const { return extents[static_cast<std::size_t>(axis)]; }
};

struct UnsupportedKernel {
  std::string op;
  std::string name;
  std::string reason;
};

struct PlanView {
  backend::CompileMode mode = backend::CompileMode::kDefault;
  std::vector<KernelView> kernels;
  std::vector<UnsupportedKernel> unsupported;  ///< Steps whose time is not in any prediction.
  double weight_bytes = 0;
  double packed_bytes = 0;    ///< Of weights that kernels keep once more in an order of their own.
  double arena_bytes = 0;     ///< Of the results between.
  double argument_bytes = 0;  ///< Inputs, states and outputs.
  OpCount sum;                ///< Of the kernels.
  /// What a run holds at its peak.
  double memory_bytes() const { return weight_bytes + packed_bytes + arena_bytes + argument_bytes; }
  /// Of the kernels, how many are in no prediction.
  double unsupported_share() const;
};

/// Whose plan: it decides which copies are put in.
enum class PlanStyle : std::uint8_t {
  kCpu,          ///< Our CPU backend: kernels read rows of any distance.
  kAccelerator,  ///< Library calls on dense memory.
};

struct ViewOptions {
  backend::CompileOptions compile{.mode = backend::CompileMode::kReduceOverhead};
  PlanStyle style = PlanStyle::kCpu;
  /// What f32 tensors are held and multiplied in on an accelerator. The CPU backend keeps its
  /// results in f32: write other weights into the graph (graph::with_weight_storage).
  tensor::DType precision = tensor::DType::kF32;
  CountAssumptions assumptions = {};
};

Result<PlanView> view_plan(const graph::Graph& graph, const graph::Bindings& bindings,
                           const ViewOptions& options);

}  // namespace assay::oracle
