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

/// A kernel that gets one of its operands from a weight that the plan does not know.
class WithWeight : public backend::Kernel {
 public:
  WithWeight(KernelPointer kernel, std::size_t operand,
             std::shared_ptr<const tensor::HostTensor> weight)
      : kernel_(std::move(kernel)), operand_(operand), weight_(std::move(weight)) {}

  Result<void> run(const backend::KernelCall& call) override {
    backend::KernelCall whole = call;
    whole.operands[operand_] = weight_->view();
    return kernel_->run(whole);
  }
  std::string name() const override { return kernel_->name(); }
  Bytes scratch() const override { return kernel_->scratch(); }

 private:
  KernelPointer kernel_;
  std::size_t operand_;
  std::shared_ptr<const tensor::HostTensor> weight_;
};

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
    ASSAY_TRY_VOID(packed_.adopt(graph, weights));
    return convs_.adopt(graph, weights);
  }
  Result<KernelPointer> make(const KernelRequest& request) override {
    if (const CpuOp* op = find_cpu_op(request.node.op->name); op != nullptr) {
      ASSAY_TRY(KernelPointer kernel, op->make(request, {.threads = threads_,
                                                         .mode = mode_,
                                                         .packed = packed_,
                                                         .convs = convs_,
                                                         .winners = *winners_}));
      if (kernel != nullptr) return kernel;
    }
    for (const auto& operand : request.operands) {
      if (!operand || operand->layout == nullptr) continue;
      return Error::bug("{}: a private layout was accepted that no kernel reads",
                        request.node.op->name);
    }
    ASSAY_TRY(KernelPointer kernel, reference_->make(request));
    return with_given_weights(request, std::move(kernel));
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
    return packed_.find(weight) != nullptr || convs_.has_adopted(weight);
  }
  Bytes adopted_bytes() const override { return packed_.size() + convs_.size(); }
  std::vector<std::string> remarks() const override {
    if (mode_ != CompileMode::kMaxAutotune || winners_->trouble().empty()) return {};
    return {winners_->trouble()};
  }

 private:
  /// The reference reads a convolution's weights as they were given, which may be gone by now.
  Result<KernelPointer> with_given_weights(const KernelRequest& request, KernelPointer kernel) {
    for (std::size_t i = 0; i < request.operands.size(); ++i) {
      const auto& operand = request.operands[i];
      if (!operand || !convs_.has_adopted(operand->weight)) continue;
      ASSAY_TRY(auto weight, convs_.as_given(operand->weight, operand->type));
      kernel = std::make_unique<WithWeight>(std::move(kernel), i, std::move(weight));
    }
    return kernel;
  }

  CompileMode mode_;
  int threads_;
  PackedWeights packed_;
  ConvWeights convs_;
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
