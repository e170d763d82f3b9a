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

/// Two innermost loops that turn: the inner one goes along `to`, the outer one along `from`.
struct Plane {
  const std::byte* from;
  std::byte* to;
  std::int64_t from_step;  ///< Of the inner loop.
  std::int64_t to_step;    ///< Of the outer loop.
  std::int64_t inner;
  std::int64_t outer;
};

/// A few whole rows side by side: colours into pixels.
template <class T, std::int64_t kInner>
void weave(const Plane& plane) {
  const T* __restrict from = reinterpret_cast<const T*>(plane.from);
  T* __restrict to = reinterpret_cast<T*>(plane.to);
  const std::int64_t from_step = plane.from_step;
  const std::int64_t to_step = plane.to_step;
  for (std::int64_t i = 0; i < plane.outer; ++i) {
    for (std::int64_t j = 0; j < kInner; ++j)
      to[i * to_step + j] = from[j * from_step + i];
  }
}

/// Tiles so small that the lines of both sides stay in the L1 cache, whatever their distance.
constexpr std::int64_t kTileInner = 8;
constexpr std::int64_t kTileOuter = 16;

template <class T>
void turn(const Plane& plane) {
  const T* from = reinterpret_cast<const T*>(plane.from);
  T* to = reinterpret_cast<T*>(plane.to);
  for (std::int64_t first = 0; first < plane.outer; first += kTileOuter) {
    const std::int64_t end = std::min(first + kTileOuter, plane.outer);
    for (std::int64_t j = 0; j < plane.inner; j += kTileInner) {
      const std::int64_t width = std::min(kTileInner, plane.inner - j);
      const Plane tile{
          .from = reinterpret_cast<const std::byte*>(from + j * plane.from_step + first),
          .to = reinterpret_cast<std::byte*>(to + first * plane.to_step + j),
          .from_step = plane.from_step,
          .to_step = plane.to_step,
          .inner = width,
          .outer = end - first};
      if (width == kTileInner) {
        weave<T, kTileInner>(tile);
      } else {
        for (std::int64_t i = first; i < end; ++i) {
          for (std::int64_t k = j; k < j + width; ++k)
            to[i * plane.to_step + k] = from[k * plane.from_step + i];
        }
      }
    }
  }
}

template <class T>
void copy_plane(const Plane& plane) {
  switch (plane.inner) {
    case 2:
      return weave<T, 2>(plane);
    case 3:
      return weave<T, 3>(plane);
    case 4:
      return weave<T, 4>(plane);
    default:
      return turn<T>(plane);
  }
}

void copy_plane_of(const Plane& plane, std::int64_t element_size) {
  switch (element_size) {
    case 1:
      return copy_plane<std::uint8_t>(plane);
    case 2:
      return copy_plane<std::uint16_t>(plane);
    case 4:
      return copy_plane<std::uint32_t>(plane);
    default:
      return copy_plane<std::uint64_t>(plane);
  }
}

struct Copying {
  const ConstAnyView& from;
  const AnyView& to;
  const LoopNest<2>& nest;
  int threads;

  const std::byte* from_at(std::int64_t element) const {
    return static_cast<const std::byte*>(from.data) + element * tensor::size_of(from.type.dtype);
  }
  std::byte* to_at(std::int64_t element) const {
    return static_cast<std::byte*>(to.data) + element * tensor::size_of(to.type.dtype);
  }
};

constexpr std::int64_t kPiece = 32768;  ///< Elements: long loops are cut, so that threads share.

/// work(offsets, piece) for every piece of the loops within each step of the others.
template <class Work>
void for_each_piece(const Copying& copying, std::size_t inner, std::int64_t pieces,
                    std::int64_t elements, Work&& work) {
  std::int64_t steps = 1;
  for (std::size_t axis = inner; axis < copying.nest.axis_count(); ++axis)
    steps *= copying.nest.extent(axis);
  for_each_part(steps * pieces, kPiece / (2 * elements) + 1, copying.threads,
                [&](std::int64_t first, std::int64_t end) {
                  LoopNest<2>::Cursor cursor(copying.nest, inner, first / pieces);
                  std::int64_t piece = first % pieces;
                  for (std::int64_t i = first; i < end; ++i) {
                    work(cursor.offsets(), piece);
                    if (++piece < pieces) continue;
                    piece = 0;
                    cursor.next();
                  }
                });
}

void copy_runs(const Copying& copying) {
  const DType from_type = copying.from.type.dtype;
  const DType to_type = copying.to.type.dtype;
  const auto& steps = copying.nest.inner_strides();
  const std::int64_t length = copying.nest.inner_count();
  for_each_piece(copying, 1, (length + kPiece - 1) / kPiece, std::min(length, kPiece),
                 [&](const auto& at, std::int64_t piece) {
                   const std::int64_t start = piece * kPiece;
                   const Run run{copying.from_at(at[0] + start * steps[0]),
                                 copying.to_at(at[1] + start * steps[1]), steps[0], steps[1],
                                 std::min(kPiece, length - start)};
                   if (from_type == to_type) return copy_run(run, tensor::size_of(to_type));
                   cast_run(run, from_type, to_type);
                 });
}

void copy_planes(const Copying& copying) {
  const LoopNest<2>& nest = copying.nest;
  const std::int64_t inner = nest.extent(0);
  const std::int64_t outer = nest.extent(1);
  const std::int64_t rows = tensor::round_up(std::max(kPiece / inner, kTileOuter), kTileOuter);
  for_each_piece(copying, 2, (outer + rows - 1) / rows, inner * std::min(outer, rows),
                 [&](const auto& at, std::int64_t piece) {
                   const std::int64_t start = piece * rows;
                   copy_plane_of({.from = copying.from_at(at[0] + start),
                                  .to = copying.to_at(at[1] + start * nest.strides(1)[1]),
                                  .from_step = nest.strides(0)[0],
                                  .to_step = nest.strides(1)[1],
                                  .inner = inner,
                                  .outer = std::min(rows, outer - start)},
                                 tensor::size_of(copying.to.type.dtype));
                 });
}

}  // namespace

void copy(const ConstAnyView& from, const AnyView& to, int threads) {
  ASSAY_CHECK(from.type.shape == to.type.shape, "a copy keeps the shape");
  const auto count = tensor::element_count(to.type.shape);
  ASSAY_CHECK(count.has_value(), "a view that exists can be counted");
  if (*count == 0) return;
  const LoopNest<2> nest(to.type.shape, {from.strides, to.strides});
  const Copying copying{from, to, nest, threads};
  const bool is_turned = nest.axis_count() > 1 && nest.strides(0)[0] != 1 &&
                         nest.strides(0)[1] == 1 && nest.strides(1)[0] == 1;
  if (is_turned && from.type.dtype == to.type.dtype) return copy_planes(copying);
  copy_runs(copying);
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
