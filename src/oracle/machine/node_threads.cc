// SPDX-License-Identifier: MIT
#include "oracle/machine/node_threads.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>

#include "core/check.h"
#include "oracle/machine/binding.h"
#include "oracle/machine/node_choice.h"

namespace assay::machine {
namespace {

/// The first error of several threads.
class FirstError {
 public:
  void note(const Result<void>& outcome) {
    if (outcome) return;
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = outcome.error();
  }
  Result<void> outcome() const { return error_ ? Result<void>(*error_) : Result<void>(); }

 private:
  std::mutex mutex_;
  std::optional<Error> error_;
};

using CpusOfThreads = std::map<std::thread::id, std::vector<int>>;

Result<CpusOfThreads> read_cpus(const InEveryThread& in_every_thread) {
  FirstError error;
  std::mutex mutex;
  CpusOfThreads cpus;
  in_every_thread([&] {
    const Result<Binding> binding = observe_binding();
    if (!binding) return error.note(binding.error());
    const std::scoped_lock lock(mutex);
    cpus[std::this_thread::get_id()] = binding->cpus;
  });
  ASSAY_TRY_VOID(error.outcome());
  return cpus;
}

std::vector<int> cpus_of_node(const Topology& topology, int node) {
  const auto found = std::ranges::find(topology.numa_nodes, node, &NumaNode::id);
  ASSAY_CHECK(found != topology.numa_nodes.end(), "a node was chosen from this topology");
  return found->cpus;
}

}  // namespace

Result<NodeThreads> NodeThreads::keep_on(const Topology& topology, int node,
                                         const InEveryThread& in_every_thread) {
  ASSAY_TRY(CpusOfThreads before, read_cpus(in_every_thread));
  const bool are_there = std::ranges::all_of(before, [&](const auto& thread) {
    return nodes_of_cpus(topology, thread.second) == std::vector<int>{node};
  });
  if (are_there) return NodeThreads();
  NodeThreads threads;  // From here on whatever was bound is put back.
  threads.in_every_thread_ = in_every_thread;
  threads.before_ = std::move(before);
  const Binding wanted{.cpus = cpus_of_node(topology, node), .memory_node = {}};
  FirstError error;
  in_every_thread([&] { error.note(bind(wanted)); });
  ASSAY_TRY_VOID(error.outcome());
  return threads;
}

NodeThreads::~NodeThreads() {
  if (!in_every_thread_) return;
  // A thread that was started meanwhile goes where its starter was.
  const auto starter = before_.find(std::this_thread::get_id());
  in_every_thread_([&] {
    const auto known = before_.find(std::this_thread::get_id());
    const auto& place = known != before_.end() ? known : starter;
    if (place == before_.end()) return;
    // A destructor cannot tell; the next trial reads back where its threads run.
    (void)bind({.cpus = place->second, .memory_node = {}}).has_value();
  });
}

Result<std::vector<int>> nodes_of_threads(const Topology& topology,
                                          const InEveryThread& in_every_thread) {
  ASSAY_TRY(const CpusOfThreads threads, read_cpus(in_every_thread));
  std::set<int> nodes;
  for (const auto& [thread, cpus] : threads) {
    for (const int node : nodes_of_cpus(topology, cpus))
      nodes.insert(node);
  }
  return std::vector<int>(nodes.begin(), nodes.end());
}

}  // namespace assay::machine
