// SPDX-License-Identifier: MIT
#include "engine/backends/sim/sim_machine.h"

#include "engine/backend/host_stream.h"
#include "engine/backends/sim/costing.h"

namespace assay::sim {
namespace {

class SimEvent final : public backend::Event {
 public:
  SimEvent(std::shared_ptr<Machine> machine, std::shared_ptr<const Moment> moment)
      : machine_(std::move(machine)), moment_(std::move(moment)) {}

  bool is_reached() const override { return machine_->time().is_reached(*moment_); }
  Result<Nanoseconds> reached_at() const override { return machine_->time().wait_for(*moment_); }

  bool is_of(const Machine& machine) const { return machine_.get() == &machine; }
  const std::shared_ptr<const Moment>& moment() const { return moment_; }

 private:
  std::shared_ptr<Machine> machine_;
  std::shared_ptr<const Moment> moment_;
};

class SimBuffer final : public backend::Buffer {
 public:
  SimBuffer(std::shared_ptr<Machine> machine, std::unique_ptr<backend::Buffer> memory)
      : machine_(std::move(machine)), memory_(std::move(memory)) {}
  SimBuffer(const SimBuffer&) = delete;
  SimBuffer& operator=(const SimBuffer&) = delete;
  ~SimBuffer() override {
    machine_->give_memory_back(Bytes(static_cast<std::int64_t>(memory_->bytes().size())));
  }
  std::span<std::byte> bytes() override { return memory_->bytes(); }

 private:
  std::shared_ptr<Machine> machine_;
  std::unique_ptr<backend::Buffer> memory_;
};

}  // namespace

Result<void> Machine::take_memory(Bytes size, std::string_view what) {
  if (size.count() > profile_.memory.count() - taken_.count()) {
    return Error::environment("memory of sim:{} ran out: {} for {}, {} of {} are taken",
                              profile_.name, assay::to_text(size), what, assay::to_text(taken_),
                              assay::to_text(profile_.memory));
  }
  taken_ = taken_ + size;
  return {};
}

void Machine::give_memory_back(Bytes size) {
  ASSAY_CHECK_LE(size.count(), taken_.count(), "memory is given back once");
  taken_ = Bytes(taken_.count() - size.count());
}

void SimStream::submit_copy(Engine engine, Bytes size, double bytes_per_second) {
  const SimProfile& profile = machine_->profile();
  machine_->time().pass(profile.feeding.copy);
  machine_->time().submit(number_, engine,
                          {.duration = copy_time(size, bytes_per_second, profile.copies.latency),
                           .submission = profile.submission});
}

Result<void> SimStream::to_device(std::span<const std::byte> host, std::span<std::byte> device) {
  ASSAY_TRY_VOID(backend::copy_bytes(host, device));
  submit_copy(Engine::kToDevice, Bytes(static_cast<std::int64_t>(host.size())),
              machine_->profile().copies.to_device_bytes_per_second);
  return {};
}

Result<void> SimStream::from_device(std::span<const std::byte> device, std::span<std::byte> host) {
  ASSAY_TRY_VOID(backend::copy_bytes(device, host));
  submit_copy(Engine::kFromDevice, Bytes(static_cast<std::int64_t>(host.size())),
              machine_->profile().copies.from_device_bytes_per_second);
  return {};
}

Result<std::shared_ptr<const backend::Event>> SimStream::record() {
  machine_->time().pass(machine_->profile().feeding.event);
  return std::shared_ptr<const backend::Event>(
      std::make_shared<SimEvent>(machine_, machine_->time().record(number_)));
}

Result<void> SimStream::wait(const backend::Event& event) {
  const auto* own = dynamic_cast<const SimEvent*>(&event);
  if (own == nullptr || !own->is_of(*machine_)) {
    return Error::user("an event of another device cannot be waited for on a stream of sim:{}",
                       machine_->profile().name);
  }
  machine_->time().pass(machine_->profile().feeding.event);
  machine_->time().wait(number_, own->moment());
  return {};
}

Result<void> SimStream::synchronise() {
  machine_->time().synchronise(number_);
  machine_->time().pass(machine_->profile().feeding.synchronise);
  return {};
}

Result<std::unique_ptr<backend::Buffer>> allocate_on(const std::shared_ptr<Machine>& machine,
                                                     Bytes size) {
  ASSAY_TRY(auto memory, backend::allocate_host_buffer(size));
  ASSAY_TRY_VOID(machine->take_memory(size, "a buffer"));
  return std::unique_ptr<backend::Buffer>(std::make_unique<SimBuffer>(machine, std::move(memory)));
}

}  // namespace assay::sim
