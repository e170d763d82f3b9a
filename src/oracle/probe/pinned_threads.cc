// SPDX-License-Identifier: MIT
#include "oracle/probe/pinned_threads.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/kernels/threads.h"
#include "oracle/machine/binding.h"

namespace assay::probe {
namespace {

/// Calls bind with the CPUs that `choose` gives for the place of each thread; the caller's is 0.
template <class Choose>
Result<void> bind_every_thread(Choose choose) {
  const auto caller = std::this_thread::get_id();
  std::mutex mutex;
  std::size_t next = 1;
  std::optional<Error> failure;
  kernels::in_every_thread([&] {
    const std::lock_guard lock(mutex);
    const std::size_t place = std::this_thread::get_id() == caller ? 0 : next++;
    const auto bound = machine::bind({.cpus = choose(place), .memory_node = {}});
    if (!bound && !failure) failure = bound.error();
  });
  if (failure) return *failure;
  return {};
}

}  // namespace

Result<PinnedThreads> PinnedThreads::create(const machine::Topology& topology, int count) {
  const int cores = static_cast<int>(topology.cores.size());
  const int wanted = count == 0 ? cores : count;
  PinnedThreads pinned;
  std::vector<int> cpus = machine::measuring_cpus(topology, wanted);
  if (std::ssize(cpus) < wanted) {
    return Error::user("{} threads are more than the {} CPUs that this process may use", wanted,
                       cpus.size());
  }
  ASSAY_TRY(machine::Binding before, machine::observe_binding());
  pinned.cpus_before_ = std::move(before.cpus);
  pinned.count_before_ = kernels::count_threads().openmp;
  pinned.cpus_ = std::move(cpus);
  kernels::set_threads(wanted);
  ASSAY_TRY_VOID(
      bind_every_thread([&](std::size_t place) { return std::vector<int>{pinned.cpus_[place]}; }));
  return pinned;
}

PinnedThreads::~PinnedThreads() {
  if (cpus_.empty()) return;
  (void)bind_every_thread([&](std::size_t) { return cpus_before_; });
  kernels::set_threads(std::max(count_before_, 1));
}

}  // namespace assay::probe
