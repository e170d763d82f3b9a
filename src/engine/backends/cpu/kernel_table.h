// SPDX-License-Identifier: MIT
// Which of the CPU's kernels calculates which op. To add one: (1) a maker in the file of its kind;
// (2) one line in kernel_table.cc. An op without a line is calculated by the reference kernels, and
// the facts of an executable say so.
#pragma once

#include <functional>

#include "engine/backend/kernel.h"
#include "engine/backend/winners.h"
#include "engine/backends/cpu/conv_weights.h"
#include "engine/backends/cpu/packed_weights.h"

namespace assay::cpu {

using KernelPointer = std::unique_ptr<backend::Kernel>;

struct CpuContext {
  int threads = 1;
  backend::CompileMode mode = backend::CompileMode::kDefault;
  const PackedWeights& packed;
  ConvWeights& convs;
  backend::Winners& winners;  ///< Of earlier timing.
};

/// Null where the CPU has no kernel of its own for these types.
using MakeKernel = Result<KernelPointer> (*)(const backend::KernelRequest&, const CpuContext&);

struct CpuOp {
  std::string_view op;
  MakeKernel make;
  /// Whether the kernel reads operand `index` with `strides`; null: only dense ones.
  bool (*accepts)(const backend::OperandSite& operand, int index) = nullptr;
  /// Whether it reads operand `index` in a private layout; null: no.
  bool (*accepts_layout)(const backend::KernelRequest& request, int index) = nullptr;
};

/// Null where the CPU has no kernel of its own for the op.
const CpuOp* find_cpu_op(std::string_view op);

/// Calls a function. What it needs is captured when it is made.
class FunctionKernel : public backend::Kernel {
 public:
  using Function = std::function<Result<void>(const backend::KernelCall&)>;
  FunctionKernel(std::string name, Function function, Bytes scratch = Bytes(0))
      : name_(std::move(name)), function_(std::move(function)), scratch_(scratch) {}

  Result<void> run(const backend::KernelCall& call) override { return function_(call); }
  std::string name() const override { return name_; }
  Bytes scratch() const override { return scratch_; }

 private:
  std::string name_;
  Function function_;
  Bytes scratch_;
};

inline KernelPointer make_function_kernel(std::string name, FunctionKernel::Function function,
                                          Bytes scratch = Bytes(0)) {
  return std::make_unique<FunctionKernel>(std::move(name), std::move(function), scratch);
}

}  // namespace assay::cpu
