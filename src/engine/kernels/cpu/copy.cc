// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/copy.h"

#include <cstring>

#include "engine/kernels/cpu/convert.h"
#include "engine/kernels/loop_nest.h"
#include "engine/kernels/parallel.h"

namespace assay::kernels {
namespace {

using tensor::AnyView;
using tensor::ConstAnyView;
using tensor::DType;

/// One innermost loop: `count` elements, `steps` elements apart on either side.
struct Run {
  const std::byte* from;
  std::byte* to;
  std::int64_t from_step;
  std::int64_t to_step;
  std::int64_t count;
};

template <class T>
void copy_spread(const Run& run) {
  const T* from = reinterpret_cast<const T*>(run.from);
  T* to = reinterpret_cast<T*>(run.to);
  for (std::int64_t i = 0; i < run.count; ++i)
    to[i * run.to_step] = from[i * run.from_step];
}

void copy_run(const Run& run, std::int64_t element_size) {
  if (run.from_step == 1 && run.to_step == 1) {
    std::memcpy(run.to, run.from, static_cast<std::size_t>(run.count * element_size));
    return;
  }
  switch (element_size) {
    case 1:
      return copy_spread<std::uint8_t>(run);
    case 2:
      return copy_spread<std::uint16_t>(run);
    case 4:
      return copy_spread<std::uint32_t>(run);
    default:
      return copy_spread<std::uint64_t>(run);
  }
}

void cast_run(const Run& run, DType from_type, DType to_type) {
  if (is_convertible(from_type, to_type) && run.from_step == 1 && run.to_step == 1)
    return convert_run(run.from, from_type, run.to, to_type, run.count);
  const ConstAnyView from(run.from, {from_type, {run.count}}, {run.from_step});
  const AnyView to{run.to, {to_type, {run.count}}, {run.to_step}};
  for (std::int64_t i = 0; i < run.count; ++i)
    tensor::store_element(to, i, tensor::load_element(from, i));
}

}  // namespace

void copy(const ConstAnyView& from, const AnyView& to, int threads) {
  ASSAY_CHECK(from.type.shape == to.type.shape, "a copy keeps the shape");
  const auto count = tensor::element_count(to.type.shape);
  ASSAY_CHECK(count.has_value(), "a view that exists can be counted");
  if (*count == 0) return;
  const std::int64_t from_size = tensor::size_of(from.type.dtype);
  const std::int64_t to_size = tensor::size_of(to.type.dtype);
  const LoopNest<2> nest(to.type.shape, {from.strides, to.strides});
  const auto& steps = nest.inner_strides();
  const std::int64_t length = nest.inner_count();
  constexpr std::int64_t kPiece = 32768;  // A long run is cut, so that threads share it.
  const std::int64_t pieces = (length + kPiece - 1) / kPiece;
  const auto copy_piece = [&](std::int64_t i) {
    const auto at = nest.offsets(i / pieces);
    const std::int64_t start = i % pieces * kPiece;
    const Run run{static_cast<const std::byte*>(from.data) + (at[0] + start * steps[0]) * from_size,
                  static_cast<std::byte*>(to.data) + (at[1] + start * steps[1]) * to_size, steps[0],
                  steps[1], std::min(kPiece, length - start)};
    if (from.type.dtype == to.type.dtype) return copy_run(run, to_size);
    cast_run(run, from.type.dtype, to.type.dtype);
  };
  for_each_part(nest.outer_count() * pieces, kPiece / (2 * std::min(length, kPiece)) + 1, threads,
                [&](std::int64_t first, std::int64_t end) {
                  for (std::int64_t i = first; i < end; ++i)
                    copy_piece(i);
                });
}

void concat(std::span<const ConstAnyView> parts, int axis, const AnyView& to, int threads) {
  std::int64_t first = 0;
  for (const ConstAnyView& part : parts) {
    AnyView place = to;
    ASSAY_CHECK_EQ(part.type.shape.rank(), to.type.shape.rank(),
                   "parts have the rank of the whole");
    place.type.shape[axis] = part.type.shape[axis];
    ASSAY_CHECK_LE(first + part.type.shape[axis], to.type.shape[axis], "parts fit the whole");
    place.data = static_cast<std::byte*>(to.data) +
                 first * to.strides[axis] * tensor::size_of(to.type.dtype);
    copy(part, place, threads);
    first += part.type.shape[axis];
  }
  ASSAY_CHECK_EQ(first, to.type.shape[axis], "parts add up to the whole");
}

}  // namespace assay::kernels
