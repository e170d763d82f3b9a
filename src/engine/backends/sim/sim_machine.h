// SPDX-License-Identifier: MIT
// What everything of one simulated device shares: its numbers, its time, and how much of its memory
// is taken. Streams and buffers of the device and of the host beside it are made here.
#pragma once

#include <memory>

#include "engine/backend/stream.h"
#include "engine/backends/sim/sim_profile.h"
#include "engine/backends/sim/timeline.h"

namespace assay::sim {

class Machine {
 public:
  explicit Machine(SimProfile profile)
      : profile_(std::move(profile)),
        time_("virtual clock of sim:" + profile_.name, profile_.queue_depth) {}

  const SimProfile& profile() const { return profile_; }
  Timeline& time() { return time_; }
  const Timeline& time() const { return time_; }

  /// An environment error where the device has not so much memory left.
  Result<void> take_memory(Bytes size, std::string_view what);
  void give_memory_back(Bytes size);

 private:
  SimProfile profile_;
  Timeline time_;
  Bytes taken_;
};

class SimStream final : public backend::Stream {
 public:
  explicit SimStream(std::shared_ptr<Machine> machine)
      : machine_(std::move(machine)), number_(machine_->time().add_stream()) {}

  Result<void> to_device(std::span<const std::byte> host, std::span<std::byte> device) override;
  Result<void> from_device(std::span<const std::byte> device, std::span<std::byte> host) override;
  Result<std::shared_ptr<const backend::Event>> record() override;
  Result<void> wait(const backend::Event& event) override;
  Result<void> synchronise() override;

  bool is_of(const Machine& machine) const { return machine_.get() == &machine; }
  int number() const { return number_; }

 private:
  void submit_copy(Engine engine, Bytes size, double bytes_per_second);

  std::shared_ptr<Machine> machine_;
  int number_;
};

/// Memory of the host that is counted as the device's.
Result<std::unique_ptr<backend::Buffer>> allocate_on(const std::shared_ptr<Machine>& machine,
                                                     Bytes size);

}  // namespace assay::sim
