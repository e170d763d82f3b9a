// SPDX-License-Identifier: MIT
#include "lab/workload/operands.h"

#include <bit>
#include <type_traits>

#include "engine/kernels/threads.h"
#include "engine/tensor/dtype.h"
#include "lab/measure/cache_flusher.h"

namespace assay::workload {
namespace {

using tensor::Dims;
using tensor::TensorView;

constexpr std::int64_t kLineFloats = 16;
constexpr std::int64_t kGuardFloats = 4 * kLineFloats;
constexpr std::uint32_t kSpoiled = 0x7fc0'dead;  ///< A quiet NaN with a payload of its own.

std::int64_t address_of(const float* pointer) {
  return static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(pointer));
}

}  // namespace

Layout matrix_layout(std::int64_t rows, std::int64_t columns, std::int64_t multiple,
                     std::int64_t pad) {
  return {{rows, columns}, {tensor::round_up(columns, multiple) + pad, 1}, 0};
}

Layout dense_layout(const Dims& shape) {
  return {shape, tensor::row_major_strides(shape), 0};
}

Result<void> check_offset(std::int64_t bytes) {
  if (bytes % static_cast<std::int64_t>(sizeof(float)) == 0) return {};
  return Error::user("offset must be a multiple of {} bytes: got {}", sizeof(float), bytes);
}

Result<Operand> Operand::place(Bench& bench, std::string role, const Layout& layout,
                               std::int64_t copies, bool is_output) {
  ASSAY_TRY_VOID(check_offset(layout.offset_bytes));
  ASSAY_TRY(const std::int64_t extent, storage_extent(layout.shape, layout.strides));
  Operand operand;
  operand.role_ = std::move(role);
  operand.extent_ = extent;
  operand.copies_ = copies;
  operand.guard_ = is_output ? kGuardFloats : 0;
  operand.shape_ = layout.shape;
  operand.strides_ = layout.strides;
  const std::int64_t offset = layout.offset_bytes / static_cast<std::int64_t>(sizeof(float));
  operand.spacing_ = tensor::round_up(extent, kLineFloats);
  const Dims whole{copies, operand.spacing_};
  ASSAY_TRY(const Bytes size,
            storage_size(whole, tensor::row_major_strides(whole), tensor::DType::kF32));
  const std::int64_t extra = offset + 2 * operand.guard_;
  const Bytes total = size + Bytes(extra * static_cast<std::int64_t>(sizeof(float)));
  if (is_output) {
    operand.start_ = reinterpret_cast<float*>(bench.buffers.get(operand.role_, total));
  } else {
    const std::int64_t floats = total.count() / static_cast<std::int64_t>(sizeof(float));
    operand.start_ = bench.buffers.random_floats(operand.role_, floats, bench.seed).data();
  }
  operand.first_ = operand.start_ + operand.guard_ + offset;
  return operand;
}

Result<Operand> Operand::input(Bench& bench, std::string role, const Layout& layout,
                               std::int64_t copies) {
  return place(bench, std::move(role), layout, copies, false);
}

Result<Operand> Operand::output(Bench& bench, std::string role, const Layout& layout,
                                std::int64_t copies) {
  return place(bench, std::move(role), layout, copies, true);
}

std::string Operand::dtype() const {
  using Element = std::remove_pointer_t<decltype(first_)>;
  return std::string(tensor::to_text(tensor::dtype_of<Element>()));
}

TensorView<float> Operand::view(std::int64_t copy) const {
  ASSAY_CHECK(copy >= 0 && copy < copies_, "a copy lies within the copies");
  return {first_ + copy * spacing_, shape_, strides_};
}

void Operand::spoil() {
  ASSAY_CHECK_GT(guard_, 0, "only an output is spoiled");
  std::fill(first_ - guard_, first_ + extent_ + guard_, std::bit_cast<float>(kSpoiled));
}

std::int64_t Operand::overwritten() const {
  std::int64_t written = 0;
  for (const float* p = first_ - guard_; p < first_ + extent_ + guard_; ++p) {
    written += std::bit_cast<std::uint32_t>(*p) != kSpoiled ? 1 : 0;
  }
  const Result<std::int64_t> elements = element_count(shape_);
  return written - *elements;
}

void Operand::observe(spec::Factors& observed) const {
  observed.set(role_ + "_mod_64", address_of(first_) % 64);
  observed.set(role_ + "_page_offset", address_of(first_) % 4096);
}

std::int64_t Operand::offset_bytes() const {
  return address_of(first_) - address_of(start_) -
         guard_ * static_cast<std::int64_t>(sizeof(float));
}

std::int64_t copies_to_rotate(bool rotated, Bytes bytes) {
  if (!rotated) return 1;
  const std::int64_t wanted = measure::CacheFlusher::for_this_machine().size().count();
  return std::max<std::int64_t>(2, wanted / std::max<std::int64_t>(bytes.count(), 1) + 1);
}

void observe_threads(spec::Factors& observed) {
  const kernels::ThreadCounts counts = kernels::count_threads();
  observed.set("threads", static_cast<std::int64_t>(counts.openmp));
  observed.set("openblas_threads", static_cast<std::int64_t>(counts.openblas));
}

}  // namespace assay::workload
