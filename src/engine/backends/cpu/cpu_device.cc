// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/cpu_device.h"

#include "engine/backends/cpu/kernel_table.h"
#include "engine/backends/cpu/picture_kernels.h"
#include "engine/backends/cpu/row_kernels.h"
#include "engine/kernels/cpu/gemm.h"
#include "engine/kernels/cpu/sdpa_vector.h"
#include "engine/kernels/threads.h"
#include "engine/plan/planned_model.h"
#include "engine/plan/reference_factory.h"

namespace assay::cpu {
namespace {

using backend::CompileMode;
using backend::KernelRequest;

class CpuFactory : public backend::KernelFactory {
 public:
  CpuFactory(const backend::CompileOptions& options, std::shared_ptr<backend::Winners> winners)
      : mode_(options.mode),
        threads_(options.threads),
        winners_(std::move(winners)),
        reference_(plan::make_reference_factory()) {}

  std::optional<std::string> lacks(const graph::Node& node,
                                   const graph::OperandTypes& operands) const override {
    return reference_->lacks(node, operands);
  }
  bool accepts_strides(const KernelRequest& request, int index) const override {
    const CpuOp* op = find_cpu_op(request.node.op->name);
    if (op == nullptr) return reference_->accepts_strides(request, index);
    return op->accepts != nullptr &&
           op->accepts(*request.operands[static_cast<std::size_t>(index)], index);
  }
  Result<void> adopt(const graph::Graph& graph, graph::Weights& weights) override {
    if (mode_ == CompileMode::kNone) return {};
    return packed_.adopt(graph, weights);
  }
  Result<KernelPointer> make(const KernelRequest& request) override {
    if (const CpuOp* op = find_cpu_op(request.node.op->name); op != nullptr) {
      ASSAY_TRY(
          KernelPointer kernel,
          op->make(request,
                   {.threads = threads_, .mode = mode_, .packed = packed_, .winners = *winners_}));
      if (kernel != nullptr) return kernel;
    }
    for (const auto& operand : request.operands) {
      if (!operand || operand->layout == nullptr) continue;
      return Error::bug("{}: a private layout was accepted that no kernel reads",
                        request.node.op->name);
    }
    return reference_->make(request);
  }
  bool accepts_layout(const KernelRequest& request, int index) const override {
    const CpuOp* op = find_cpu_op(request.node.op->name);
    return op != nullptr && op->accepts_layout != nullptr && op->accepts_layout(request, index);
  }
  Result<KernelPointer> make_reorder(const backend::OperandSite& from) override {
    return make_picture_reorder(from);
  }
  KernelPointer make_copy(const tensor::TensorType& /*type*/) override {
    return make_copy_kernel(threads_);
  }
  bool has_adopted(const std::string& weight) const override {
    return packed_.find(weight) != nullptr;
  }
  Bytes adopted_bytes() const override { return packed_.size(); }
  std::vector<std::string> remarks() const override {
    if (mode_ != CompileMode::kMaxAutotune || winners_->trouble().empty()) return {};
    return {winners_->trouble()};
  }

 private:
  CompileMode mode_;
  int threads_;
  PackedWeights packed_;
  std::shared_ptr<backend::Winners> winners_;
  std::unique_ptr<backend::KernelFactory> reference_;
};

class CpuDevice : public backend::Device {
 public:
  explicit CpuDevice(std::shared_ptr<backend::Winners> winners)
      : winners_(std::move(winners)),
        facts_{.name = "cpu",
               .description =
                   format("own kernels for {}, oneDNN {}, OpenBLAS {} for {}",
                          kernels::vector_target(), kernels::onednn_version(),
                          kernels::openblas_build().version, kernels::openblas_build().core),
               .is_simulated = false} {}

  const backend::DeviceFacts& facts() const override { return facts_; }
  std::optional<std::string> lacks(const graph::Node& node,
                                   const graph::OperandTypes& operands) const override {
    return CpuFactory({}, winners_).lacks(node, operands);
  }
  Result<std::unique_ptr<backend::LoadedModel>> load(
      const graph::Graph& graph, const graph::Weights& weights,
      const backend::CompileOptions& options) override {
    kernels::set_threads(options.threads);
    return plan::load_model(graph, weights, options,
                            std::make_unique<CpuFactory>(options, winners_));
  }

 private:
  std::shared_ptr<backend::Winners> winners_;
  backend::DeviceFacts facts_;
};

}  // namespace

std::unique_ptr<backend::Device> make_cpu_device(std::shared_ptr<backend::Winners> winners) {
  if (winners == nullptr) winners = backend::make_forgetful_winners();
  return std::make_unique<CpuDevice>(std::move(winners));
}

}  // namespace assay::cpu
