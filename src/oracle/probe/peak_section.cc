// SPDX-License-Identifier: MIT
#include "oracle/probe/peak_section.h"

#include <algorithm>

#include "core/check.h"
#include "core/format.h"
#include "engine/kernels/arithmetic.h"

namespace assay::probe {
namespace {

/// Of one pass: some microseconds, so that a parallel region is no part of it.
constexpr std::int64_t kRounds = 10'000;

constexpr std::int64_t kCycles = 16'000;  // Of one pass of the clock.

/// Exclusive ors that wait for each other take a cycle each on every x86-64 and ARM core; additions
/// of a constant would not (some cores do them while they rename).
void spin(std::int64_t passes) {
  std::uint64_t x = 1;
  std::uint64_t y = 0x9e37'79b9'7f4a'7c15U;
  for (std::int64_t i = 0; i < passes * (kCycles / 16); ++i) {
    for (int step = 0; step < 16; ++step) {
      x ^= y;
      asm volatile("" : "+r"(x), "+r"(y));
    }
  }
}

void say_what_is_absent(std::span<const kernels::FmaLoop> loops, oracle::HardwareProfile& profile) {
  for (const std::string_view isa : {"sse", "avx2", "avx512"}) {
    if (std::ranges::find(loops, isa, &kernels::FmaLoop::isa) != loops.end()) continue;
    profile.absent.push_back({format("peak of {}", isa), "this CPU does not have it"});
  }
  using tensor::DType;
  for (const DType dtype : {DType::kF16, DType::kBf16, DType::kI8}) {
    const auto why = kernels::missing_arithmetic(dtype, kernels::cpu_features());
    if (why) profile.absent.push_back({format("peak of {}", tensor::to_text(dtype)), *why});
  }
}

}  // namespace

PeakSection::PeakSection(std::span<const int> thread_counts)
    : clock_{.threads = 1,
             .amount = static_cast<double>(kCycles),
             .work = spin,
             .passes = 1,
             .seconds = {}} {
  for (const int threads : thread_counts) {
    ceilings_.push_back(
        {.threads = threads,
         .amount = kernels::fma_loop_flops(kRounds, threads),
         .work =
             [threads](std::int64_t passes) { (void)kernels::fma_loop(passes * kRounds, threads); },
         .passes = 1,
         .seconds = {}});
    for (const kernels::FmaLoop& loop : kernels::fma_loops()) {
      peaks_.push_back({loop,
                        {.threads = threads,
                         .amount = loop.flops_per_round * kRounds * threads,
                         .work =
                             [loop, threads](std::int64_t passes) {
                               (void)kernels::fma_loop(loop, passes * kRounds, threads);
                             },
                         .passes = 1,
                         .seconds = {}}});
    }
  }
}

std::vector<Timed*> PeakSection::timed() {
  std::vector<Timed*> all{&clock_};
  for (Peak& peak : peaks_) {
    all.push_back(&peak.timed);
  }
  for (Timed& ceiling : ceilings_) {
    all.push_back(&ceiling);
  }
  return all;
}

void PeakSection::fill(const Method& how, oracle::HardwareProfile& profile) const {
  profile.numbers.push_back(
      {"clock_hz", rate_of(clock_, "Hz",
                           with_source("operations of one cycle that wait for each other", how))});
  for (const Peak& peak : peaks_) {
    const std::string_view what = peak.loop.isa == "sse"
                                      ? "products and sums of 12 chains in registers"
                                      : "multiply-adds of 12 chains in registers";
    profile.peaks.push_back(
        {.isa = std::string(peak.loop.isa),
         .dtype = std::string(tensor::to_text(peak.loop.dtype)),
         .threads = peak.timed.threads,
         .flops_per_second = rate_of(peak.timed, "FLOP/s", with_source(what, how))});
  }
  say_what_is_absent(kernels::fma_loops(), profile);
}

const Timed& PeakSection::ceiling(int threads) const {
  const auto found = std::ranges::find(ceilings_, threads, &Timed::threads);
  ASSAY_CHECK(found != ceilings_.end(), "a ceiling is of threads that are probed");
  return *found;
}

}  // namespace assay::probe
