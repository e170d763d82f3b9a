// SPDX-License-Identifier: MIT
// What calculates one node: made once for the node's types, strides and weights, then called.
// Backends that plan node by node (reference, cpu, sim) offer a factory; engine/plan does the rest.
#pragma once

#include "engine/backend/device.h"

namespace assay::backend {

/// Operands of one call, where they are in this run. Absent ones have no data.
struct KernelCall {
  std::vector<ConstAnyView> operands;
  std::vector<AnyView> states;  ///< Operands that are changed in place, in order.
  AnyView result;
  std::span<std::byte> scratch;
};

/// An order of elements in memory that only the backend's own kernels understand (channels in
/// blocks). A result may have one; the planner puts it back in order for whoever does not.
class PrivateLayout {
 public:
  virtual ~PrivateLayout() = default;
  virtual Bytes size() const = 0;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  /// Calculates the result whole. An error is one of data (a token id outside the table).
  virtual Result<void> run(const KernelCall& call) = 0;
  virtual std::string name() const = 0;
  virtual Bytes scratch() const { return Bytes(0); }  ///< Optional. Default: none.
  /// Weights that it keeps in a form of its own beside those of the factory. Optional. Default:
  /// none.
  virtual Bytes held() const { return Bytes(0); }
  virtual Choice choice() const { return Choice::kRule; }  ///< Optional. Default: nothing timed.
  /// Optional. Default: the result is dense.
  virtual std::shared_ptr<const PrivateLayout> result_layout() const { return nullptr; }
};

/// An operand as the planner placed it.
struct OperandSite {
  TensorType type;
  tensor::Dims strides;
  std::string weight;          ///< Its name where it is a weight, else empty.
  const void* data = nullptr;  ///< Of a weight that the factory has not adopted.
  std::shared_ptr<const PrivateLayout> layout = nullptr;
};

struct KernelRequest {
  const graph::Node& node;
  std::vector<std::optional<OperandSite>> operands;
  TensorType result;
  bool wants_dense_result = false;  ///< It is an output of the graph.
};

class KernelFactory {
 public:
  virtual ~KernelFactory() = default;
  virtual std::optional<std::string> lacks(const graph::Node& node,
                                           const graph::OperandTypes& operands) const = 0;
  /// Whether the kernel reads operand `index` with the strides it has; if not, the planner copies
  /// it first.
  virtual bool accepts_strides(const KernelRequest& request, int index) const = 0;
  /// Before kernels of `graph` are made: takes what it wants in a form of its own (packed) out of
  /// `weights`, which keeps only what kernels will read as it is. What it has adopted before, by
  /// name, is not looked for. Optional. Default: takes nothing.
  virtual Result<void> adopt(const graph::Graph& /*graph*/, graph::Weights& /*weights*/) {
    return {};
  }
  virtual Result<std::unique_ptr<Kernel>> make(const KernelRequest& request) = 0;
  /// Whether the kernel reads operand `index` in the private layout it has. Optional. Default: no
  /// kernel does, because none makes one.
  virtual bool accepts_layout(const KernelRequest& /*request*/, int /*index*/) const {
    return false;
  }
  /// From a private layout to a dense tensor. Asked for only where a kernel has made one.
  virtual Result<std::unique_ptr<Kernel>> make_reorder(const OperandSite& /*from*/) {
    return Error::bug("a backend without private layouts was asked to undo one");
  }
  /// A copy of a view of any strides into dense memory.
  virtual std::unique_ptr<Kernel> make_copy(const TensorType& type) = 0;
  /// Optional. Default: it never does.
  virtual bool has_adopted(const std::string& /*weight*/) const { return false; }
  /// Bytes of the weights it adopted. Optional. Default: none.
  virtual Bytes adopted_bytes() const { return Bytes(0); }
  /// For the facts: what did not go as it should. Optional. Default: nothing.
  virtual std::vector<std::string> remarks() const { return {}; }
};

}  // namespace assay::backend
