// SPDX-License-Identifier: MIT
// Ordinary expressions that a server calculates: nothing runs while they are written. value() makes
// a graph of what they say, ships it once, and from then on names it by its fingerprint; weights
// stay on the server. What does not fit is found where it is written, with both shapes.
//
//   djinn::Capture capture(client);
//   const auto w = capture.weight(weights.view()), b = capture.weight(bias.view());
//   const auto x = capture.input(image.view());            // Travels with every value().
//   const auto y = djinn::relu(x.matmul(w) + b);
//   ASSAY_TRY(HostTensor result, y.value());
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "djinn/client/client.h"
#include "engine/graph/graph.h"
#include "engine/tensor/host_tensor.h"

namespace assay::djinn {

class CaptureState;
struct Expression;

/// A value that is not calculated yet. Copies are the same value.
class LazyTensor {
 public:
  explicit LazyTensor(std::shared_ptr<const Expression> expression)
      : expression_(std::move(expression)) {}

  /// What was wrong where it was written, or in what it is made of.
  const std::optional<Error>& error() const;
  /// Checked: nothing is wrong.
  const tensor::TensorType& type() const;
  Result<tensor::HostTensor> value() const;

  LazyTensor matmul(const LazyTensor& right) const;
  LazyTensor permute(graph::Integers axes) const;
  LazyTensor reshape(graph::Integers shape) const;

  const std::shared_ptr<const Expression>& expression() const { return expression_; }

 private:
  std::shared_ptr<const Expression> expression_;
};

/// Shapes broadcast as in numpy.
LazyTensor operator+(const LazyTensor& left, const LazyTensor& right);
LazyTensor operator*(const LazyTensor& left, const LazyTensor& right);
LazyTensor relu(const LazyTensor& x);
LazyTensor gelu(const LazyTensor& x);
LazyTensor silu(const LazyTensor& x);
LazyTensor softmax(const LazyTensor& x);
/// x weight^T + bias, the weight as [n, k].
LazyTensor linear(const LazyTensor& x, const LazyTensor& weight, const LazyTensor& bias);
LazyTensor layer_norm(const LazyTensor& x, const LazyTensor& weight, const LazyTensor& bias);
/// Any op of docs/ops.md that has no state. At least one operand.
LazyTensor apply(std::string_view op, std::span<const LazyTensor> operands,
                 graph::Attributes attributes = {});

/// Where tensors are captured, and for which server. Expressions of one do not mix with another's.
class Capture {
 public:
  explicit Capture(const Client& client);

  /// Copied now. A view that is not dense is copied as it is read.
  LazyTensor input(const tensor::ConstAnyView& view);
  /// Copied, and sent to the server once: equal ones are one.
  LazyTensor weight(const tensor::ConstAnyView& view);

  /// Several values of one calculation: what they share is calculated once.
  Result<std::vector<tensor::HostTensor>> values(std::span<const LazyTensor> tensors);
  /// The graph that values() would ship.
  Result<graph::Graph> graph_of(std::span<const LazyTensor> tensors) const;

  /// Graphs that were shipped so far.
  std::size_t graphs_shipped() const;

 private:
  std::shared_ptr<CaptureState> state_;
};

}  // namespace assay::djinn
