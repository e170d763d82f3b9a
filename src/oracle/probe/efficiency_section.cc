// SPDX-License-Identifier: MIT
#include "oracle/probe/efficiency_section.h"

#include <algorithm>

#include "core/check.h"
#include "core/format.h"
#include "engine/kernels/cpu/memory_loops.h"
#include "oracle/probe/kernel_work.h"

namespace assay::probe {
namespace {

constexpr std::int64_t kFloat = sizeof(float);

}  // namespace

Result<EfficiencySection> EfficiencySection::create(std::span<const int> thread_counts,
                                                    const PeakSection& peaks,
                                                    std::span<float> memory, bool is_quick) {
  EfficiencySection section;
  section.peaks_ = &peaks;
  for (const KernelClass& kernel : kernel_classes()) {
    for (const int threads : thread_counts) {
      for (const auto& at : is_quick ? kernel.shapes_quick : kernel.shapes) {
        ASSAY_TRY(KernelWork work, kernel.make(at, threads));
        section.add({kernel.name,
                     kernel.axes,
                     at,
                     kernel.is_compute,
                     {.threads = threads,
                      .amount = kernel.is_compute ? work.products : work.bytes,
                      .work = std::move(work.work),
                      .passes = 1,
                      .seconds = {}}},
                    memory);
      }
    }
  }
  return section;
}

void EfficiencySection::add(Point point, std::span<float> memory) {
  if (!point.is_compute) {
    const CopyKey key{static_cast<std::int64_t>(point.timed.amount), point.timed.threads};
    const auto half = static_cast<std::size_t>(key.bytes / 2 / kFloat);
    // No kernel of the list moves more than the least memory that a probe may have.
    ASSAY_CHECK_LE(2 * half, memory.size(), "a copy fits the memory of the probe");
    const std::span<const float> from = memory.first(half);
    const std::span<float> to = memory.subspan(half, half);
    copies_.try_emplace(key, Timed{.threads = key.threads,
                                   .amount = static_cast<double>(key.bytes),
                                   .work =
                                       [from, to, threads = key.threads](std::int64_t passes) {
                                         kernels::copy_loop(from, to, threads, passes);
                                       },
                                   .passes = 1,
                                   .seconds = {}});
  }
  points_.push_back(std::move(point));
}

std::vector<Timed*> EfficiencySection::timed() {
  std::vector<Timed*> all;
  for (Point& point : points_) {
    all.push_back(&point.timed);
  }
  for (auto& [key, copy] : copies_) {
    all.push_back(&copy);
  }
  return all;
}

void EfficiencySection::fill(const Method& how, oracle::HardwareProfile& profile) const {
  const Method compute =
      with_source("our kernel, of the multiply-adds in f32 of the same round", how);
  const Method copies =
      with_source("our kernel, of a plain copy of as many bytes in the same round", how);
  for (const Point& point : points_) {
    const bool continues = !profile.curves.empty() &&
                           profile.curves.back().kernel == point.kernel &&
                           profile.curves.back().threads == point.timed.threads;
    if (!continues) {
      profile.curves.push_back({.kernel = point.kernel,
                                .dtype = "f32",
                                .threads = point.timed.threads,
                                .of = point.is_compute ? "compute" : "copy",
                                .axes = point.axes,
                                .points = {}});
    }
    const Timed& ceiling =
        point.is_compute
            ? peaks_->ceiling(point.timed.threads)
            : copies_.at({static_cast<std::int64_t>(point.timed.amount), point.timed.threads});
    profile.curves.back().points.push_back(
        {.at = point.at,
         .share = share_of(point.timed, ceiling, point.is_compute ? compute : copies)});
  }
}

}  // namespace assay::probe
